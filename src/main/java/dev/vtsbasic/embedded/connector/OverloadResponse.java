package dev.vtsbasic.embedded.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** The 503 for a connection whose request was never read, because the heap had no room for it. */
final class OverloadResponse {
    private static final byte[] RESPONSE = ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: "
                    + HeapAdmission.RETRY_AFTER_SECONDS + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    /** The beginning of an HTTP/2 connection (RFC 9113 §3.4). */
    private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_DISCARDED_BYTES = 64 * 1024;

    private OverloadResponse() {}

    /**
     * Sends the response. An HTTP/2 client gets none: its connection ends, from which the client can safely conclude
     * that its request was not processed.
     */
    static void send(SocketWrapperBase<?> socket) {
        if ("h2".equals(socket.getNegotiatedProtocol())) {
            return;
        }
        try {
            ByteBuffer discarded = ByteBuffer.allocate(8 * 1024);
            // Unread bytes would make the kernel reset the connection, and the reset may overtake the response.
            for (int total = 0, count = 1; count > 0 && total < MAX_DISCARDED_BYTES; total += count) {
                count = socket.read(false, discarded.clear());
                if (total == 0 && isPreface(discarded.flip())) {
                    return;
                }
            }
            socket.write(false, RESPONSE, 0, RESPONSE.length);
            socket.flush(false);
        } catch (IOException e) {
            // The client has disconnected.
        }
    }

    private static boolean isPreface(ByteBuffer bytes) {
        int length = HTTP2_PREFACE.length;
        return bytes.limit() >= length && Arrays.equals(bytes.array(), 0, length, HTTP2_PREFACE, 0, length);
    }
}
