package dev.vtsbasic.syntax;

import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.PageRequest;
import dev.vtsbasic.page.Pages;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * Refuses malformed requests with 400 before any other part sees them, because containers differ in what their parsers
 * let pass. The connection is closed, because it is unknown where the next request begins. Safe for any number of
 * threads.
 */
public final class RequestSyntaxFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    private final transient Pages pages;

    public RequestSyntaxFilter(Pages pages) {
        this.pages = pages;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<String> problem = RequestSyntax.problemOf(request);
        if (problem.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        // HTTP/2 has no Connection field and does not need it, because each request has its own stream.
        if (!String.valueOf(request.getProtocol()).startsWith("HTTP/2")) {
            response.setHeader("Connection", "close");
        }
        pages.send(Page.BAD_REQUEST.withSentence(problem.get()), PageRequest.of(request), response);
    }
}
