package dev.vtsbasic.proxy;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The short answers we give when the app cannot: honest, in the form the client prefers, without internals. */
enum ErrorPage {
    BODY_TOO_LARGE(413, "Content Too Large", "What you sent is larger than this server takes."),
    NOT_IMPLEMENTED(501, "Not Implemented", "This server does not know what you ask for."),
    BAD_GATEWAY(502, "Bad Gateway", "The application broke off before it answered. Please try again."),
    UNAVAILABLE(503, "Service Unavailable", "The application is not ready. Please try again in a few seconds."),
    GIVEN_UP(
            503,
            "Service Unavailable",
            "The application keeps crashing and is not started again by itself. The server's log says why."),
    GATEWAY_TIMEOUT(504, "Gateway Timeout", "The application took too long to answer. Please try again.");

    private static final String RETRY_AFTER_SECONDS = "5";

    private final int status;
    private final String title;
    private final String sentence;

    ErrorPage(int status, String title, String sentence) {
        this.status = status;
        this.title = title;
        this.sentence = sentence;
    }

    /**
     * Sends this page, unless the answer has begun.
     *
     * @param requestId names the request in the log
     */
    void send(InboundRequest request, HttpServletResponse response, String requestId) throws IOException {
        send(request, response, requestId, "");
    }

    /**
     * The same with an explanation, which only a person on this machine gets to see.
     *
     * @param explanation any text; empty for none
     */
    void send(InboundRequest request, HttpServletResponse response, String requestId, String explanation)
            throws IOException {
        String shown = request.isFromThisMachine() ? explanation : "";
        String accept = request.header("Accept");
        boolean json = accept.contains("json") && !accept.contains("text/html");
        byte[] body = (json ? json(requestId) : html(requestId, shown)).getBytes(StandardCharsets.UTF_8);
        response.reset();
        request.record().answeredAnew();
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Type", json ? "application/json" : "text/html; charset=utf-8");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Request-Id", requestId);
        if (this == UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
        }
        response.setContentLength(body.length);
        if (!request.method().equals("HEAD")) {
            response.getOutputStream().write(body);
            request.record().sent(body.length);
        }
    }

    private String json(String requestId) {
        return "{\"status\":%d,\"error\":\"%s\",\"message\":\"%s\",\"requestId\":\"%s\"}"
                .formatted(status, title, sentence, requestId);
    }

    /** A request id has none of the characters that mean something in HTML or JSON; see {@link Forwarding}. */
    private String html(String requestId, String explanation) {
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%1$d %2$s</title>
                <style>
                  :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
                  body { display: grid; min-height: 90vh; place-content: center; padding: 1rem; text-align: center; }
                  pre { overflow: auto; text-align: left; }
                </style>
                <h1>%1$d %2$s</h1>
                <p>%3$s</p>
                %5$s<p><small>Request %4$s</small></p>
                </html>
                """.formatted(
                        status,
                        title,
                        sentence,
                        requestId,
                        explanation.isEmpty() ? "" : "<pre>" + escape(explanation) + "</pre>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
