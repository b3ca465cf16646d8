package dev.vtsbasic.testing.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.server.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A response read from a raw socket, with the arrival time of each piece. */
public record TimedResponse(List<Piece> pieces) {
    /** @param millis milliseconds between sending the request and this piece */
    public record Piece(long millis, String text) {}

    public static TimedResponse get(URI server, String target) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout((int) Program.PATIENCE.toMillis());
            // A browser's user agent: TanStack Start gives robots the whole page at once.
            String request = "GET " + target + " HTTP/1.1\r\nHost: " + server.getAuthority()
                    + "\r\nUser-Agent: Mozilla/5.0 Chrome/150\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
            long start = System.nanoTime();
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            List<Piece> pieces = new ArrayList<>();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[65536];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                long millis = (System.nanoTime() - start) / 1_000_000;
                pieces.add(new Piece(millis, new String(buffer, 0, count, StandardCharsets.UTF_8)));
            }
            return new TimedResponse(pieces);
        }
    }

    /**
     * Requests lines that the site sends half a second apart, and fails when they arrive together, as they would behind
     * a buffer.
     */
    public static void assertStreamed(URI server) throws IOException {
        TimedResponse stream = get(server, "/api/stream?chunks=6&interval=500");
        long apart = stream.millisOf("line 6") - stream.millisOf("line 1");
        assertTrue(apart > 1000, () -> "all lines came within " + apart + " ms: " + stream.pieces);
    }

    public String text() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(piece -> all.writeBytes(piece.text().getBytes(StandardCharsets.UTF_8)));
        return all.toString(StandardCharsets.UTF_8);
    }

    /** The arrival time of the piece that contains {@code text}. */
    public long millisOf(String text) {
        return pieces.stream()
                .filter(piece -> piece.text().contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no \"" + text + "\" in " + text()))
                .millis();
    }
}
