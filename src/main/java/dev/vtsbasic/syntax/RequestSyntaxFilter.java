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
 * Decides what is a request, before any part that answers: containers differ in what their parsers let pass. What is none
 * is answered 400, and its connection is closed, because nobody can tell where the next request begins. Safe for any number
 * of threads.
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
        // HTTP/2 has no such field, and a stream of its own for each request.
        if (!String.valueOf(request.getProtocol()).startsWith("HTTP/2")) {
            response.setHeader("Connection", "close");
        }
        pages.send(Page.BAD_REQUEST.saying(problem.get()), PageRequest.of(request), response);
    }
}
