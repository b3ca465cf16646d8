package dev.vtsbasic.testing.matrix;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A feature of the WAR, and a row of the table in the README. */
public enum ServerFeature {
    ROOT("serves the site at `/`"),
    CONTEXT("at `/other`"),
    TWO_COPIES("two copies, each with its own Bun"),
    ASSETS("assets: content codings, conditional requests, ranges"),
    STREAM("a response streams as the app writes it"),
    EVENTS("event streams"),
    WEBSOCKET("WebSocket"),
    UPLOAD("uploads of 100 MB"),
    PARTIAL_BODY("the start of a slow request body reaches the app at once"),
    RAW_PATHS("paths and queries reach the app as sent"),
    RAW_CHARACTERS("so do raw `\\|`, a stray `%`, `%5C` and `a:b@c`"),
    JSP_PATHS("paths that end in `.jsp`"),
    MALFORMED("malformed requests never reach the app, and none gets a 500"),
    MIX("under mixed load each client gets its own response"),
    LEAVING("a client that disconnects is noticed, even if Bun sends nothing"),
    BUN_KILLED("Bun is killed: no request is lost"),
    BUN_HUNG("Bun hangs: it is replaced"),
    JSON("no conflict with the server's JSON-P"),
    LOG("it logs to the server's log"),
    STATUS("metrics, and a live status page"),
    JMX("JMX shows its state and restarts workers"),
    REDEPLOY("5 redeployments leave no process and no thread"),
    CLASS_LOADERS("nor a class loader"),
    STOP("a stop leaves no process");

    private final String title;

    ServerFeature(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** The feature that a test checks. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    public @interface Shows {
        ServerFeature value();
    }
}
