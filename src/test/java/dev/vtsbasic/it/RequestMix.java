package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests of well-behaved clients, among others at the same time that abort, send malformed bodies, read slowly, are
 * answered before their bodies, or leave streams and WebSockets. Each request has a token of its own in its path, a field
 * and its body, and each answer must be made of that token, and end where it says. The app is {@code endpoints.js}.
 *
 * <p>{@code -Dtest.mix.requests} says how many requests of well-behaved clients there are, {@code -Dtest.mix.seed} which.
 */
final class RequestMix {
    private static final int REQUESTS = Integer.getInteger("test.mix.requests", LongSet.count(400, 2_000));
    private static final int CLIENTS = 40;
    private static final int PATIENCE_MILLIS = 60_000;
    private static final long MAX_IDLE_NANOS = 5_000_000_000L;
    private static final int CONTINUE_MILLIS = 5_000;
    private static final int MAX_FAILURES = 20;
    private static final int MAX_REPORTED = 5;
    private static final int MAX_OCTETS = 700;
    private static final int REQUESTS_PER_CONNECTION = 30;
    private static final int SMALL = 16 * 1024;

    private final int port;
    private final long seed;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private RequestMix(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Sends them to a port of 127.0.0.1 and fails when one was not answered as it should be. */
    static void assertEachGetsItsOwnAnswer(int port) throws Exception {
        RequestMix mix = new RequestMix(port, Long.getLong("test.mix.seed", System.nanoTime()));
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(mix.seed + i);
            clients.execute(() -> mix.run(random));
        }
        clients.shutdown();
        assertTrue(clients.awaitTermination(2, TimeUnit.HOURS));
        List<String> some = mix.failures.stream().limit(MAX_REPORTED).toList();
        assertEquals(
                List.of(),
                some,
                () -> mix.failures.size() + " failures " + mix.kinds() + " among " + mix.asked + " requests, "
                        + mix.answered + " of well-behaved clients; seed " + mix.seed);
        assertTrue(mix.answered.get() >= REQUESTS);
    }

    /** How often each went wrong. */
    private Map<String, Integer> kinds() {
        Map<String, Integer> kinds = new TreeMap<>();
        for (String failure : failures) {
            kinds.merge(failure.substring(0, failure.indexOf(' ')), 1, Integer::sum);
        }
        return kinds;
    }

    private void run(Random random) {
        Connection kept = null;
        try {
            while (answered.get() < REQUESTS && failures.size() < MAX_FAILURES) {
                if (random.nextInt(10) < 6) {
                    if (kept != null && kept.isIdle()) {
                        kept.close();
                        kept = null;
                    }
                    if (kept == null) {
                        kept = new Connection(port);
                    }
                    kept = played(kept, random, Kind.USUAL);
                    answered.incrementAndGet();
                } else {
                    Kind kind = Kind.ofOthers(random);
                    Connection connection = played(new Connection(port), random, kind);
                    if (connection != null) {
                        connection.close();
                    }
                }
            }
            if (kept != null) {
                played(kept, random, Kind.END);
                kept.close();
            }
        } catch (IOException e) {
            failures.add("no connection: " + e);
        }
    }

    /** What one client does with a request, whose answer it checks. */
    private interface Script {
        /** @return whether the connection is still good for another request */
        boolean play(Connection connection, Random random, String token) throws IOException;
    }

    /** What a client does. */
    private enum Kind {
        USUAL(RequestMix::askAsUsual),
        END((connection, random, token) -> connection.end()),
        HEAD_ABORTED(RequestMix::abortWithinTheHead),
        BODY_ABORTED(RequestMix::abortWithinTheBody),
        MALFORMED_CHUNKS(RequestMix::sendMalformedChunks),
        ANSWERED_BEFORE_100(RequestMix::expectAndAreAnsweredBefore),
        ANSWERED_BEFORE_BODY(RequestMix::sendABodyThatIsNotAwaited),
        SLOW_READER(RequestMix::readSlowly),
        EVENTS_LEFT(RequestMix::leaveAnEventStream),
        DUPLEX(RequestMix::sendAndReceiveAtOnce),
        WEBSOCKET_CUT(RequestMix::cutAWebSocket);

        private static final Kind[] ALL = values();
        private final Script script;

        Kind(Script script) {
            this.script = script;
        }

        static Kind ofOthers(Random random) {
            return ALL[HEAD_ABORTED.ordinal() + random.nextInt(ALL.length - HEAD_ABORTED.ordinal())];
        }
    }

    /** Null when the connection is not good for another request. */
    private Connection played(Connection connection, Random random, Kind kind) throws IOException {
        String token = String.format(Locale.ROOT, "t%07d", asked.incrementAndGet());
        connection.begin();
        boolean good = false;
        try {
            good = kind.script.play(connection, random, token);
        } catch (IOException | AssertionError | RuntimeException e) {
            failures.add(kind + " " + token + ": " + e + "\n sent " + connection.sent() + "\n received "
                    + connection.received());
        }
        if (!good) {
            connection.close();
        }
        return good ? connection : null;
    }

    private static boolean askAsUsual(Connection connection, Random random, String token) throws IOException {
        int kind = random.nextInt(5);
        int count = random.nextInt(4) == 0 ? random.nextInt(8000) : random.nextInt(100);
        String target = "/test/own/" + token + "?count=" + count + (random.nextBoolean() ? "&streamed" : "");
        String body = kind == 0 ? "" : ownText(token, random.nextInt(3) == 0 ? 12 * SMALL : SMALL, random);
        switch (kind) {
            case 0 -> connection.send(head("GET " + target, token));
            case 1 ->
                connection.sendInPieces(
                        head("POST " + target, token, "Transfer-Encoding: chunked") + chunked(body, random), random);
            case 2 -> {
                connection.send(
                        head("POST " + target, token, "Content-Length: " + body.length(), "Expect: 100-continue"));
                connection.readContinue();
                connection.sendInPieces(body, random);
            }
            default ->
                connection.sendInPieces(
                        head("POST " + target, token, "Content-Length: " + body.length()) + body, random);
        }
        Answer answer = connection.readAnswer();
        check(answer, token, token + " " + token + " " + body + " " + (token + " ").repeat(count));
        if (answer.closes() || ++connection.requests >= REQUESTS_PER_CONNECTION) {
            connection.end();
            return false;
        }
        return true;
    }

    private static boolean abortWithinTheHead(Connection connection, Random random, String token) throws IOException {
        String head = head("GET /test/own/" + token + "?count=10", token);
        connection.send(head.substring(0, 1 + random.nextInt(head.length())));
        connection.abort(random);
        return false;
    }

    private static boolean abortWithinTheBody(Connection connection, Random random, String token) throws IOException {
        String body = ownText(token, 8 * SMALL, random);
        String target = random.nextBoolean() ? "own" : "early";
        String head = "POST /test/" + target + "/" + token + "?count=1000&after=0";
        String request = random.nextBoolean()
                ? head(head, token, "Content-Length: " + body.length()) + body
                : head(head, token, "Transfer-Encoding: chunked") + chunked(body, random);
        connection.sendInPieces(request.substring(0, request.length() - 1 - random.nextInt(body.length())), random);
        connection.abort(random);
        return false;
    }

    private static boolean sendMalformedChunks(Connection connection, Random random, String token) throws IOException {
        boolean early = random.nextBoolean();
        String[] malformed = {
            "zz\r\nhello\r\n", "-5\r\nhello\r\n", "5\r\nhello, world", "fffffffffffffffffff\r\nhello\r\n"
        };
        String body = ownText(token, 2 * SMALL, random);
        connection.sendInPieces(
                head(
                                "POST /test/" + (early ? "early" : "own") + "/" + token + "?after=0&count=500",
                                token,
                                "Transfer-Encoding: chunked")
                        + chunked(body, random).replace("0\r\n\r\n", "")
                        + malformed[random.nextInt(malformed.length)],
                random);
        connection.leave();
        String octets = connection.readRest();
        if (octets.isEmpty() || octets.startsWith("HTTP/1.1 400 ")) {
            checkNoOther(octets.isEmpty() ? "" : octets.substring(1), token);
        } else {
            checkWithinOneAnswer(octets, token);
        }
        return false;
    }

    private static boolean expectAndAreAnsweredBefore(Connection connection, Random random, String token)
            throws IOException {
        int count = random.nextInt(3000);
        int after = random.nextInt(4) == 0 ? random.nextInt(500) : 0;
        boolean chunked = random.nextBoolean();
        connection.send(head(
                "POST /test/early/" + token + "?after=" + after + "&count=" + count,
                token,
                chunked ? "Transfer-Encoding: chunked" : "Content-Length: 100000",
                "Expect: 100-continue"));
        if (chunked && !connection.isAnsweredSoon()) {
            // RFC 9110 §10.1.1: a client need not wait for ever. Payara and GlassFish see no request before a chunk.
            connection.send(chunked(token, random));
        }
        Answer answer = connection.readAnswerOrContinue();
        if (answer == null) {
            answer = connection.readAnswer();
        }
        check(answer, token, early(token, count));
        connection.end();
        return false;
    }

    private static boolean sendABodyThatIsNotAwaited(Connection connection, Random random, String token)
            throws IOException {
        int count = random.nextInt(3000);
        String body = ownText(token, 4 * SMALL, random);
        connection.sendInPieces(
                head("POST /test/early/" + token + "?after=0&count=" + count, token, "Content-Length: " + body.length())
                        + body,
                random);
        Answer answer = connection.readAnswer();
        check(answer, token, early(token, count));
        connection.end();
        return false;
    }

    private static boolean readSlowly(Connection connection, Random random, String token) throws IOException {
        int count = 100_000 + random.nextInt(100_000);
        connection.send(head("GET /test/early/" + token + "?after=0&count=" + count, token));
        connection.slow = true;
        Answer answer = connection.readAnswer();
        check(answer, token, early(token, count));
        return false;
    }

    private static boolean leaveAnEventStream(Connection connection, Random random, String token) throws IOException {
        connection.send(head("GET /test/ticks", token));
        StringBuilder octets = new StringBuilder();
        String event = "data: " + token + "\n\n";
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            octets.append(connection.readUntil(event));
        }
        checkWithinOneAnswer(octets.toString(), token);
        connection.abort(random);
        return false;
    }

    private static boolean sendAndReceiveAtOnce(Connection connection, Random random, String token) throws IOException {
        connection.send(head("POST /test/duplex/" + token, token, "Transfer-Encoding: chunked"));
        StringBuilder body = new StringBuilder();
        for (int i = random.nextInt(20); i >= 0; i--) {
            String piece = ownText(token, SMALL, random);
            body.append(piece);
            connection.send(chunk(piece));
        }
        if (random.nextInt(3) == 0) {
            connection.abort(random);
            return false;
        }
        connection.send("0\r\n\r\n");
        check(connection.readAnswer(), token, body.toString());
        connection.end();
        return false;
    }

    private static boolean cutAWebSocket(Connection connection, Random random, String token) throws IOException {
        connection.send(
                "GET /test/socket?id=" + token + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        String head = connection.readUntil("\r\n\r\n");
        Check.that(head.startsWith("HTTP/1.1 101 "), "not 101");
        // A mask of zeros leaves the text as it is.
        String frame = "\u0081" + (char) (0x80 + token.length()) + "\0\0\0\0" + token;
        for (int i = random.nextInt(3); i > 0; i--) {
            connection.send(frame);
            Check.that(
                    connection.read(2 + token.length()).equals("\u0081" + (char) token.length() + token),
                    "not the echo");
        }
        connection.send(frame.substring(0, 1 + random.nextInt(frame.length() - 1)));
        connection.abort(random);
        return false;
    }

    private static String early(String token, int count) {
        return token + " " + token + "  " + (token + " ").repeat(count);
    }

    private static String ownText(String token, int max, Random random) {
        return (token + " ").repeat(1 + random.nextInt(max / (token.length() + 1)));
    }

    private static String head(String methodAndTarget, String token, String... fields) {
        StringBuilder head =
                new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: localhost\r\nX-Token: " + token + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static String chunked(String body, Random random) {
        StringBuilder chunks = new StringBuilder();
        for (int start = 0; start < body.length(); ) {
            int end = Math.min(body.length(), start + 1 + random.nextInt(SMALL));
            chunks.append(chunk(body.substring(start, end)));
            start = end;
        }
        return chunks.append("0\r\n\r\n").toString();
    }

    private static String chunk(String octets) {
        return Integer.toHexString(octets.length()) + "\r\n" + octets + "\r\n";
    }

    private static void check(Answer answer, String token, String body) {
        Check.that(answer.status() == 200, "not 200");
        Check.that(List.of(token).equals(answer.tokens()), "not its own field");
        Check.that(body.equals(answer.body()), difference(body, answer.body()));
    }

    private static String difference(String body, String actual) {
        int end = Math.min(body.length(), actual.length());
        int at = 0;
        while (at < end && body.charAt(at) == actual.charAt(at)) {
            at++;
        }
        return "not its own body, of " + actual.length() + " octets for " + body.length() + ", at " + at + ": "
                + actual.substring(at, Math.min(actual.length(), at + 40));
    }

    /** Of what may have been cut anywhere. */
    private static void checkWithinOneAnswer(String octets, String token) {
        Check.that(octets.startsWith("HTTP/1.1 200 "), "not 200");
        checkNoOther(octets.substring(1), token);
    }

    private static void checkNoOther(String octets, String token) {
        Check.that(!octets.contains("HTTP/1."), "another answer");
        for (int at = octets.indexOf("t0"); at >= 0; at = octets.indexOf("t0", at + 1)) {
            String found = octets.substring(at, Math.min(octets.length(), at + token.length()));
            Check.that(token.startsWith(found), "another one's token");
        }
    }

    private static final class Check {
        static void that(boolean holds, String otherwise) {
            if (!holds) {
                throw new AssertionError(otherwise);
            }
        }
    }

    private record Answer(int status, List<String> tokens, String body, boolean closes) {}

    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final StringBuilder sent = new StringBuilder();
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private boolean slow;
        private int requests;
        private long begun = System.nanoTime();

        Connection(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        /** Whether the server may soon close it because nothing was asked. */
        boolean isIdle() {
            return System.nanoTime() - begun > MAX_IDLE_NANOS;
        }

        void begin() {
            begun = System.nanoTime();
            sent.setLength(0);
            received.reset();
        }

        void send(String octets) throws IOException {
            if (sent.length() < MAX_OCTETS) {
                sent.append(octets, 0, Math.min(octets.length(), MAX_OCTETS));
            }
            try {
                socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            } catch (SocketException e) {
                // The server may have answered and closed; what it said is read next.
                sent.append("[").append(e.getMessage()).append("]");
            }
        }

        void sendInPieces(String octets, Random random) throws IOException {
            int piece = random.nextBoolean() ? octets.length() : 1 + random.nextInt(octets.length());
            for (int start = 0; start < octets.length(); start += piece) {
                send(octets.substring(start, Math.min(octets.length(), start + piece)));
            }
        }

        boolean isAnsweredSoon() throws IOException {
            socket.setSoTimeout(CONTINUE_MILLIS);
            in.mark(1);
            try {
                in.read();
                in.reset();
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            } finally {
                socket.setSoTimeout(PATIENCE_MILLIS);
            }
        }

        void readContinue() throws IOException {
            Check.that(readAnswerOrContinue() == null, "not 100");
        }

        /** Null when it is 100. */
        Answer readAnswerOrContinue() throws IOException {
            String head = readUntil("\r\n\r\n");
            if (head.startsWith("HTTP/1.1 100 ")) {
                // Open Liberty's has a date and a length.
                Check.that(!head.contains("t0"), "a 100 with fields of an answer");
                return null;
            }
            return answer(head);
        }

        Answer readAnswer() throws IOException {
            return answer(readUntil("\r\n\r\n"));
        }

        private Answer answer(String head) throws IOException {
            Check.that(head.matches("(?s)HTTP/1\\.1 [2-5][0-9][0-9] .*"), "no answer");
            Check.that(head.indexOf("HTTP/1.1", 1) < 0, "two heads");
            List<String> tokens = new ArrayList<>();
            int length = -1;
            boolean closes = false;
            boolean chunked = false;
            for (String line : head.split("\r\n")) {
                String field = line.toLowerCase(Locale.ROOT);
                if (field.startsWith("x-token:")) {
                    tokens.add(field.substring(8).strip());
                } else if (field.startsWith("content-length:")) {
                    Check.that(length < 0, "two lengths");
                    length = Integer.parseInt(field.substring(15).strip());
                } else if (field.startsWith("transfer-encoding:")) {
                    chunked = true;
                } else if (field.startsWith("connection:")) {
                    closes = field.contains("close");
                }
            }
            int status = Integer.parseInt(head.substring(9, 12));
            Check.that(chunked != length >= 0, "neither a length nor chunks, or both");
            return new Answer(status, tokens, chunked ? readChunks() : read(length), closes);
        }

        private String readChunks() throws IOException {
            StringBuilder body = new StringBuilder();
            while (true) {
                String size = readUntil("\r\n");
                int length = Integer.parseInt(size.substring(0, size.length() - 2), 16);
                body.append(read(length));
                Check.that(read(2).equals("\r\n"), "no end of a chunk");
                if (length == 0) {
                    return body.toString();
                }
            }
        }

        String read(int count) throws IOException {
            byte[] octets = new byte[count];
            for (int offset = 0; offset < count; ) {
                int read = in.read(octets, offset, Math.min(count - offset, 50_000));
                if (read < 0) {
                    throw new EOFException("closed");
                }
                received.write(octets, offset, read);
                offset += read;
                if (slow) {
                    pause(2);
                }
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        }

        String readUntil(String last) throws IOException {
            StringBuilder octets = new StringBuilder();
            while (octets.length() < last.length() || octets.indexOf(last, octets.length() - last.length()) < 0) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException("closed");
                }
                received.write(octet);
                octets.append((char) octet);
            }
            return octets.toString();
        }

        String readRest() throws IOException {
            byte[] buffer = new byte[8192];
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    received.write(buffer, 0, count);
                    rest.write(buffer, 0, count);
                }
            } catch (SocketException e) {
                // Reset: what came before it is the answer.
            }
            return rest.toString(StandardCharsets.ISO_8859_1);
        }

        /** Waits for the end of the connection: nothing may come behind the answer. */
        boolean end() throws IOException {
            leave();
            String rest = readRest();
            Check.that(rest.isEmpty(), "octets behind the answer");
            return false;
        }

        void leave() throws IOException {
            try {
                socket.shutdownOutput();
            } catch (SocketException e) {
                // It is closed or reset.
            }
        }

        /** Leaves at once, after a while, or with a reset. */
        void abort(Random random) throws IOException {
            switch (random.nextInt(3)) {
                case 0 -> socket.setSoLinger(true, 0);
                case 1 -> pause(random.nextInt(20));
                default -> {
                    // At once.
                }
            }
            socket.close();
        }

        private static void pause(int millis) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        String sent() {
            return quoted(sent.toString());
        }

        String received() {
            return quoted(received.toString(StandardCharsets.ISO_8859_1));
        }

        private static String quoted(String octets) {
            StringBuilder text = new StringBuilder(octets.length() + " octets: ");
            int half = MAX_OCTETS / 2;
            boolean cut = octets.length() > MAX_OCTETS;
            String shown =
                    cut ? octets.substring(0, half) + "[...]" + octets.substring(octets.length() - half) : octets;
            for (char c : shown.toCharArray()) {
                if (c >= ' ' && c < 0x7f) {
                    text.append(c);
                } else {
                    text.append(c == '\r' ? "\\r" : c == '\n' ? "\\n" : String.format("\\x%02x", (int) c));
                }
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
