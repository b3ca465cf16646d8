package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.CHUNKED;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.GET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HIDDEN_REQUEST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HOST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.LAST_CHUNK;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.POST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.TARGET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.chunk;

import java.util.List;

/**
 * Requests with a whole request as their body. A server that ends the outer request too early would read it as the next
 * one.
 */
final class HiddenRequests {
    private HiddenRequests() {}

    /** Connection options that would remove, add or change header fields on which the next server relies. */
    static List<MalformedRequest> connectionOptions() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "Connection and Upgrade";
        String body = HIDDEN_REQUEST;
        String length = "Content-Length: " + body.length() + "\r\n";
        for (String option : List.of(
                "Content-Length",
                "Transfer-Encoding",
                "Host",
                "close, Content-Length",
                "Upgrade",
                "upgrade, Content-Length",
                "Expect",
                "X-Forwarded-For",
                ",,,",
                "\u0000",
                "Content-Length\r\nConnection: Host")) {
            requests.any(family, POST + "Connection: " + option + "\r\n" + length + "\r\n" + body);
        }
        for (String option : List.of("Transfer-Encoding", "Host, Transfer-Encoding", "Trailer")) {
            requests.any(family, POST + "Connection: " + option + "\r\n" + CHUNKED + "\r\n" + chunk(body) + LAST_CHUNK);
        }
        for (String protocol : List.of("websocket", "h2c", "TLS/1.0", "HTTP/2.0", "foo/1", "websocket, h2c")) {
            requests.any(
                    family, POST + "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + length + "\r\n" + body);
            requests.any(
                    family,
                    POST + "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + CHUNKED + "\r\n" + chunk(body)
                            + LAST_CHUNK);
        }
        requests.any(
                family,
                GET
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: x\r\nConnection: Upgrade\r\n\r\n");
        return requests.all();
    }

    /** Whole requests as the bodies of requests that seldom have one. */
    static List<MalformedRequest> unusualBodies() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "request within a body";
        String length = "Content-Length: " + HIDDEN_REQUEST.length() + "\r\n";
        for (String method : List.of("GET", "HEAD", "DELETE", "OPTIONS", "PUT", "PATCH", "PROPFIND", "get")) {
            requests.any(family, method + " " + TARGET + " HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
            requests.any(
                    family,
                    method + " " + TARGET + " HTTP/1.1\r\n" + HOST + CHUNKED + "\r\n" + chunk(HIDDEN_REQUEST)
                            + LAST_CHUNK);
        }
        for (String expectation : List.of("100-continue", "100-CONTINUE", "x", "", "100-continue, x", "\u0000")) {
            requests.any(family, POST + "Expect: " + expectation + "\r\n" + length + "\r\n" + HIDDEN_REQUEST);
        }
        requests.any(family, "TRACE " + TARGET + " HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
        requests.any(family, "CONNECT site.example:80 HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
        return requests.all();
    }
}
