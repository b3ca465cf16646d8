package dev.vtsbasic.page;

import dev.vtsbasic.header.SecurityHeaders;
import jakarta.json.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends a {@link Page} in the format that the client accepts: the app's own HTML or the default HTML, JSON (RFC 9457),
 * or plain text. No format reveals internals, except for an explanation to a browser on this machine. Safe for any
 * number of threads.
 */
public final class Pages {
    private static final String REFRESHES = " This page tries again by itself every few seconds.";
    private static final String TRY_AGAIN = " Please try again in a few seconds.";

    private final SecurityHeaders headers;
    private volatile BrandedPages branded = BrandedPages.none();

    /** @param headers adds security header fields to each page */
    public Pages(SecurityHeaders headers) {
        this.headers = headers;
    }

    /**
     * Reads the app's own pages and sends them from now on. A page that the app does not have is sent as the default.
     *
     * @param client the directory of the app's static files
     */
    public void readBrandedPages(Path client) {
        branded = BrandedPages.read(client);
    }

    /** Sends a page. The response must be uncommitted and carry no header fields of an earlier attempt. */
    public void send(Page page, PageRequest request, HttpServletResponse response) throws IOException {
        send(page, request, response, "");
    }

    /**
     * Sends a page with an explanation, which is shown only to a browser on this machine. The response must be
     * uncommitted and carry no header fields of an earlier attempt.
     *
     * @param explanation any text; empty for none
     */
    public void send(Page page, PageRequest request, HttpServletResponse response, String explanation)
            throws IOException {
        PageRequest.Form form = request.form();
        boolean refreshes = page.refreshes() && request.isNavigation();
        Page shown = page.refreshes() ? page.withSentence(page.sentence() + (refreshes ? REFRESHES : TRY_AGAIN)) : page;
        String text = switch (form) {
            case HTML -> html(shown, request.id(), request.fromThisMachine() ? explanation : "");
            case JSON -> json(shown, request.id());
            case TEXT -> text(shown, request.id());
        };
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        request.record().resetResponse();
        response.setStatus(page.status());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(
                "Content-Type",
                switch (form) {
                    case HTML -> "text/html; charset=utf-8";
                    case JSON -> "application/problem+json";
                    case TEXT -> "text/plain; charset=utf-8";
                });
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Request-Id", request.id());
        if (page.retryAfter() > 0) {
            response.setHeader("Retry-After", Integer.toString(page.retryAfter()));
        }
        if (refreshes) {
            // A header field instead of <meta http-equiv="refresh">, because it also works for the app's own pages.
            response.setHeader("Refresh", Integer.toString(page.retryAfter()));
        }
        headers.addMissing(response, request.record().isHttps());
        response.setContentLength(body.length);
        if (!request.method().equals("HEAD")) {
            response.getOutputStream().write(body);
            request.record().addSent(body.length);
        }
    }

    /** A page with an explanation is always the default HTML, because the app's own page has no placeholder for it. */
    private String html(Page page, String id, String explanation) {
        return explanation.isEmpty()
                ? branded.of(page, id).orElseGet(() -> Html.of(page, id, ""))
                : Html.of(page, id, explanation);
    }

    private static String json(Page page, String id) {
        return Json.createObjectBuilder()
                .add("title", page.title())
                .add("status", page.status())
                .add("detail", page.sentence())
                .add("requestId", id)
                .build()
                .toString();
    }

    private static String text(Page page, String id) {
        return page.status() + " " + page.title() + "\n\n" + page.sentence() + "\n\nRequest " + id + "\n";
    }
}
