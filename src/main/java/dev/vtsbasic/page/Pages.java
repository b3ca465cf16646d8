package dev.vtsbasic.page;

import dev.vtsbasic.header.SecurityHeaders;
import jakarta.json.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends the {@link Page}s, in the form that the client takes: the app's own HTML or ours, JSON (RFC 9457), plain text. No
 * form has anything of the inside in it. Safe for any number of threads.
 */
public final class Pages {
    private static final String REFRESHES = " This page tries again by itself every few seconds.";
    private static final String TRY_AGAIN = " Please try again in a few seconds.";

    private final SecurityHeaders headers;
    private volatile BrandedPages branded = BrandedPages.none();

    /** @param headers what is added to each page */
    public Pages(SecurityHeaders headers) {
        this.headers = headers;
    }

    /** Sends the app's own pages from now on, as far as it has any. */
    public void takeFrom(Path client) {
        branded = BrandedPages.in(client);
    }

    /** Sends a page in an answer of which nothing was sent yet, and in which there is nothing of another. */
    public void send(Page page, PageRequest request, HttpServletResponse response) throws IOException {
        send(page, request, response, "");
    }

    /**
     * The same with an explanation, which only a person on this machine gets to see.
     *
     * @param explanation any text; empty for none
     */
    public void send(Page page, PageRequest request, HttpServletResponse response, String explanation)
            throws IOException {
        PageRequest.Form form = request.form();
        boolean refreshes = page.refreshes() && request.isNavigation();
        Page shown = page.refreshes() ? page.saying(page.sentence() + (refreshes ? REFRESHES : TRY_AGAIN)) : page;
        String text = switch (form) {
            case HTML -> html(shown, request.id(), request.fromThisMachine() ? explanation : "");
            case JSON -> json(shown, request.id());
            case TEXT -> text(shown, request.id());
        };
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        request.record().answeredAnew();
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
            // What <meta http-equiv="refresh"> does, in the app's own pages, too.
            response.setHeader("Refresh", Integer.toString(page.retryAfter()));
        }
        headers.complete(response, request.record().isHttps());
        response.setContentLength(body.length);
        if (!request.method().equals("HEAD")) {
            response.getOutputStream().write(body);
            request.record().sent(body.length);
        }
    }

    /** An explanation has no place in the app's own page. */
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
