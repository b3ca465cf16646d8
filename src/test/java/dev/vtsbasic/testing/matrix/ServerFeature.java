package dev.vtsbasic.testing.matrix;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A feature of the WAR on every server, and a row of the table in the README. */
public enum ServerFeature {
    ROOT("serves the site at `/`"),
    CONTEXT("at `/other`"),
    TWO_COPIES("two copies, each with its Bun"),
    ASSETS("assets: codings, conditions, ranges"),
    STREAM("an answer arrives as it is made"),
    EVENTS("event streams"),
    WEBSOCKET("WebSocket"),
    UPLOAD("uploads of 100 MB"),
    PARTIAL_BODY("what has come of a small body arrives before the rest"),
    RAW_PATHS("paths and queries arrive as sent"),
    RAW_CHARACTERS("so do raw `\\|`, a stray `%`, `%5C` and `a:b@c`"),
    JSP_PATHS("paths that end in `.jsp`"),
    MALFORMED("malformed requests never reach the app, and none is a 500"),
    MIX("each answer is its own client's, whatever others do"),
    LEAVING("a client that left is noticed, Bun silent or not"),
    BUN_KILLED("Bun is killed: no request is lost"),
    BUN_HUNG("Bun hangs: it is replaced"),
    JSON("no clash with the server's JSON-P"),
    LOG("the log is the server's"),
    STATUS("metrics, and a status page that stays live"),
    JMX("JMX shows and restarts it"),
    REDEPLOY("deployed 5 times, no process and no thread left"),
    CLASS_LOADERS("and no class loader"),
    STOP("a stop leaves no process");

    private final String title;

    ServerFeature(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** The feature that a test shows. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    public @interface Shows {
        ServerFeature value();
    }
}
