package dev.vtsbasic.testing.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A request of {@link OpenLoop}.
 *
 * @param due the time to send it, as of {@link System#nanoTime}
 * @param line method and target
 * @param end the expected body; for a response in pieces, its end
 * @param length length of the expected body; negative for a response in pieces
 * @param ownMillis time that the app waits on purpose
 */
record LoadRequest(long due, String line, String fields, String end, int length, int ownMillis) {
    private static final int PIECES = 4;

    static LoadRequest number(int number, long due, boolean keys) {
        String query = "?number=" + number;
        return switch (number % 4) {
            case 0 -> {
                String fields = "Content-Length: 0\r\n" + (keys ? "Idempotency-Key: " + number + "\r\n" : "");
                String body = "order " + number + "end";
                yield new LoadRequest(due, "POST /order" + query, fields, body, body.length(), 0);
            }
            case 1 -> {
                String line = "GET /stream" + query + "&pieces=" + PIECES;
                yield new LoadRequest(
                        due, line, "", (number + " ").repeat(PIECES) + "end", -1, PIECES * OpenLoop.PIECE_MILLIS);
            }
            default -> {
                String body = "page " + number + "-".repeat(1000) + "end";
                yield new LoadRequest(due, "GET /page" + query, "", body, body.length(), 0);
            }
        };
    }

    ByteBuffer octets() {
        // X-Forwarded-For, as from a proxy in front, because the server reserves threads for the app's own requests.
        return StandardCharsets.US_ASCII.encode(
                line + " HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n" + fields + "\r\n");
    }

    boolean isStream() {
        return length < 0;
    }
}
