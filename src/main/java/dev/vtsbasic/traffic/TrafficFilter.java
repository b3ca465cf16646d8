package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Begins a {@link RequestRecord} for each request, and ends it unless another part of the program will end it.
 *
 * <p>The filter wraps neither the request nor the response, because Tomcat's way to send files, and the proxy's access
 * to the client's connection, need the container's own objects. Safe for any number of threads.
 */
public final class TrafficFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    private final transient List<IpNetwork> trustedProxies;
    private final transient Optional<AccessLog> log;
    private final transient Traffic traffic;

    /**
     * @param trustedProxies the proxies whose reports about a client are trusted
     * @param log the access log, if there is one
     */
    public TrafficFilter(List<IpNetwork> trustedProxies, Optional<AccessLog> log) {
        this.trustedProxies = trustedProxies;
        this.log = log;
        this.traffic = new Traffic(log.isPresent() ? log.get()::add : record -> {});
    }

    public Traffic traffic() {
        return traffic;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestRecord record = RequestRecord.begin(traffic, request, trustedProxies);
        boolean failed = true;
        try {
            if (log.isPresent()) {
                record.keepLine(request);
            }
            chain.doFilter(request, response);
            failed = false;
        } finally {
            if (!record.isToEndLater()) {
                record.end(response, failed);
            }
        }
    }
}
