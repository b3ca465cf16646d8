package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.ContentCoding;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.cache.Resource;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;

/** Writes a stored response to a client, as a whole or as a 304. */
final class StoredResponseWriter {
    /** Fields of a stored response that a 304 to the client has (RFC 9110 §15.4.5). */
    private static final Set<String> FIELDS_OF_304 = Set.of(
            "age",
            "cache-control",
            "cdn-cache-control",
            "content-location",
            "date",
            "etag",
            "expires",
            "last-modified",
            "vary");

    private StoredResponseWriter() {}

    /** @return whether the client gets a 304, which has no body */
    static boolean sendHead(HttpResponse stored, InboundRequest request, HttpServletResponse response) {
        boolean notModified = stored.getCode() == HttpStatus.SC_OK && ConditionalRequest.isNotModified(request, stored);
        response.setStatus(notModified ? HttpStatus.SC_NOT_MODIFIED : stored.getCode());
        for (Header field : StoredFields.asSent(stored)) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (!name.equals("content-length") && (!notModified || FIELDS_OF_304.contains(name))) {
                response.addHeader(field.getName(), field.getValue());
            }
        }
        if (!stored.containsHeader("Age")) {
            response.addHeader("Age", "0");
        }
        return notModified;
    }

    /**
     * Sends the body, which a response to HEAD does not have.
     *
     * @param body null when the response has none
     */
    static void sendBody(Resource body, InboundRequest request, HttpServletResponse response) throws IOException {
        request.record().setCoding(ContentCoding.of(response.getHeader("Content-Encoding")));
        request.record().markFirstByte();
        if (body == null) {
            return;
        }
        byte[] octets = body.get();
        response.setContentLength(octets.length);
        if (!request.method().equals("HEAD")) {
            try {
                response.getOutputStream().write(octets);
                request.record().addSent(octets.length);
            } catch (IOException e) {
                throw new ClientDisconnectedException(e);
            }
        }
    }
}
