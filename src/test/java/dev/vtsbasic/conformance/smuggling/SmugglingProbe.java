package dev.vtsbasic.conformance.smuggling;

import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends all requests of {@link SmugglingCheck} to a server in front of an app that records the requested paths. Each
 * request has a path of its own, {@code /m} and a number; a request hidden in it has {@code /h} and the number.
 */
public final class SmugglingProbe {
    private static final int AT_ONCE = 8;

    /**
     * After this silence the client half-closes the connection, so that a server that waits for more of the request
     * learns that there is none.
     */
    private static final int HALF_CLOSE_DELAY_MILLIS = 500;

    private static final int PATIENCE_MILLIS = 60_000;

    private final List<Sent> all = new ArrayList<>();

    private record Sent(int number, MalformedRequest request, String response) {
        String path() {
            return String.format(Locale.ROOT, "m%08d", number);
        }

        String hidden() {
            return String.format(Locale.ROOT, "h%05d", number);
        }
    }

    private SmugglingProbe() {}

    /** Sends all requests to a port of 127.0.0.1 and waits for the responses. */
    public static SmugglingProbe sentTo(int port) throws Exception {
        SmugglingProbe requests = new SmugglingProbe();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Sent>> responses = new ArrayList<>();
            for (MalformedRequest request : SmugglingCheck.requests()) {
                int number = responses.size();
                responses.add(threads.submit(() -> send(number, request, port)));
            }
            for (Future<Sent> response : responses) {
                requests.all.add(response.get());
            }
        } finally {
            threads.shutdownNow();
        }
        return requests;
    }

    /** Numbers the targets without changing their lengths, because the requests state lengths. */
    private static String text(int number, MalformedRequest request) {
        return request.text()
                .replace("/malformed", String.format(Locale.ROOT, "/m%08d", number))
                .replace("/hidden", String.format(Locale.ROOT, "/h%05d", number));
    }

    private static Sent send(int number, MalformedRequest request, int port) throws IOException {
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            try {
                socket.setSoTimeout(HALF_CLOSE_DELAY_MILLIS);
                socket.getOutputStream().write(Wire.latin1(text(number, request)));
                if (!read(socket, response)) {
                    socket.shutdownOutput();
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    read(socket, response);
                }
            } catch (SocketTimeoutException e) {
                return new Sent(number, request, "no end");
            } catch (IOException e) {
                // The server closed the connection during the request: the bytes before that are the response.
            }
        }
        return new Sent(number, request, response.toString(StandardCharsets.ISO_8859_1));
    }

    /** Returns whether the end of the connection was read. */
    private static boolean read(Socket socket, ByteArrayOutputStream response) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                response.write(buffer, 0, count);
            }
            return true;
        } catch (SocketTimeoutException e) {
            if (socket.isOutputShutdown()) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Returns the failures.
     *
     * @param seen names of the paths that the app was asked for
     * @param exempt known failures, as {@code family: problem}
     */
    public List<String> failures(Set<String> seen, Set<String> exempt) {
        List<String> failures = new ArrayList<>();
        for (Sent sent : all) {
            String problem = problem(sent, seen);
            if (!problem.isEmpty() && !exempt.contains(sent.request().family() + ": " + problem)) {
                String response = sent.response()
                        .substring(0, Math.min(40, sent.response().length()));
                failures.add(sent.request().family() + ": "
                        + Text.quote(sent.request().text()) + ": " + problem + ", answered " + Text.quote(response));
            }
        }
        return failures;
    }

    private static String problem(Sent sent, Set<String> seen) {
        if (seen.contains(sent.hidden())) {
            return "the app got the hidden request";
        }
        if (sent.request().verdict() == MalformedRequest.Verdict.REFUSE && seen.contains(sent.path())) {
            return "not refused but forwarded";
        }
        if (sent.response().equals("no end")) {
            return "neither answered nor closed";
        }
        // A server may respond with 501 (not implemented) or 505 (version not supported).
        return sent.response().matches("(?s)HTTP/1.. 5(?!01|05).*") ? "a fault of the server" : "";
    }
}
