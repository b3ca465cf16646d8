package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The response to a request with an unsafe method. When it is not an error, the cache removes the responses that it has
 * stored for the request's target and for the targets in Location and Content-Location on the same host (RFC 9111
 * §4.4). It does so before the client gets any of the response, because the client may send its next request at once.
 */
final class InvalidatingResponse extends HttpServletResponseWrapper {
    private static final int FIRST_ERROR = 400;

    private final SharedCache cache;
    private final InboundRequest request;
    private final ForwardedHeaders forwarding;

    InvalidatingResponse(
            SharedCache cache, InboundRequest request, ForwardedHeaders forwarding, HttpServletResponse response) {
        super(response);
        this.cache = cache;
        this.request = request;
        this.forwarding = forwarding;
    }

    @Override
    public void setStatus(int status) {
        super.setStatus(status);
        if (status < FIRST_ERROR) {
            invalidate(request.target());
        }
    }

    @Override
    public void addHeader(String name, String value) {
        super.addHeader(name, value);
        boolean names = name.equalsIgnoreCase("Location") || name.equalsIgnoreCase("Content-Location");
        if (names && getStatus() < FIRST_ERROR) {
            invalidateReferenced(value);
        }
    }

    private void invalidateReferenced(String reference) {
        try {
            URI named = new URI(request.scheme() + "://" + request.host() + request.target()).resolve(reference);
            if (request.host().equalsIgnoreCase(named.getRawAuthority())) {
                String query = named.getRawQuery();
                invalidate(query == null ? named.getRawPath() : named.getRawPath() + "?" + query);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // A malformed reference names no stored response.
        }
    }

    private void invalidate(String target) {
        cache.invalidate(CacheKey.of(request, forwarding, target));
    }
}
