package dev.vtsbasic.proxy.message;

import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/** Copies the head of a worker's response, with the changes that RFC 9110 §7.6 requires of a proxy. */
public final class ResponseHead {
    private static final int UPGRADE_REQUIRED = 426;

    private ResponseHead() {}

    /**
     * Sets the status, and adds all fields except those that concern only the worker's connection.
     *
     * @param protocol of the client's request
     * @param record notes that the app has responded
     */
    public static void copy(
            ClassicHttpResponse upstreamResponse, String protocol, HttpServletResponse response, RequestRecord record) {
        record.markFirstByte();
        record.markResponseOfApp();
        response.setStatus(upstreamResponse.getCode());
        HopByHopHeaders hopByHop = HopByHopHeaders.of(upstreamResponse);
        boolean chunked = upstreamResponse.containsHeader("Transfer-Encoding");
        String upgrade = HopByHopHeaders.joined(upstreamResponse, "Upgrade");
        if (upstreamResponse.getCode() == UPGRADE_REQUIRED && !upgrade.isEmpty() && protocol.startsWith("HTTP/1")) {
            // RFC 9110 §15.5.22: a 426 must name the protocols that the client should ask for. HTTP/2 has neither
            // field.
            response.setHeader("Upgrade", upgrade);
            response.setHeader("Connection", "Upgrade");
        }
        for (Header header : upstreamResponse.getHeaders()) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            // RFC 9112 §6.1: Transfer-Encoding overrides Content-Length.
            boolean overridden = chunked && name.equals("content-length");
            if (!overridden && !hopByHop.includes(name)) {
                response.addHeader(header.getName(), header.getValue());
            }
        }
    }
}
