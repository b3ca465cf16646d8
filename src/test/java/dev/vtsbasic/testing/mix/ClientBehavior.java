package dev.vtsbasic.testing.mix;

import java.io.IOException;
import java.util.Random;

/**
 * A client's request in {@link RequestMix}, and the check of its response. {@link #USUAL} and {@link #END} are those of
 * a well-behaved client.
 */
enum ClientBehavior {
    USUAL(ClientBehavior::askAsUsual),
    END((connection, random, token) -> connection.end()),
    HEAD_ABORTED(ClientBehavior::abortWithinTheHead),
    BODY_ABORTED(ClientBehavior::abortWithinTheBody),
    MALFORMED_CHUNKS(ClientBehavior::sendMalformedChunks),
    ANSWERED_BEFORE_100(ClientBehavior::expectAndAreAnsweredBefore),
    ANSWERED_BEFORE_BODY(ClientBehavior::sendABodyThatIsNotAwaited),
    SLOW_READER(ClientBehavior::readSlowly),
    EVENTS_LEFT(ClientBehavior::leaveAnEventStream),
    DUPLEX(ClientBehavior::sendAndReceiveAtOnce),
    WEBSOCKET_CUT(ClientBehavior::cutAWebSocket);

    private static final int REQUESTS_PER_CONNECTION = 30;
    private static final int SMALL = 16 * 1024;
    private static final ClientBehavior[] ALL = values();
    private final Script script;

    ClientBehavior(Script script) {
        this.script = script;
    }

    static ClientBehavior ofOthers(Random random) {
        return ALL[HEAD_ABORTED.ordinal() + random.nextInt(ALL.length - HEAD_ABORTED.ordinal())];
    }

    /** @return whether the connection can be used for another request */
    boolean play(MixConnection connection, Random random, String token) throws IOException {
        return script.play(connection, random, token);
    }

    /** Sends a request and checks its response. */
    private interface Script {
        /** @return whether the connection can be used for another request */
        boolean play(MixConnection connection, Random random, String token) throws IOException;
    }

    private static boolean askAsUsual(MixConnection connection, Random random, String token) throws IOException {
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
        TokenResponse response = connection.readAnswer();
        response.check(token, token + " " + token + " " + body + " " + (token + " ").repeat(count));
        if (response.closes() || ++connection.requests >= REQUESTS_PER_CONNECTION) {
            connection.end();
            return false;
        }
        return true;
    }

    private static boolean abortWithinTheHead(MixConnection connection, Random random, String token)
            throws IOException {
        String head = head("GET /test/own/" + token + "?count=10", token);
        connection.send(head.substring(0, 1 + random.nextInt(head.length())));
        connection.abort(random);
        return false;
    }

    private static boolean abortWithinTheBody(MixConnection connection, Random random, String token)
            throws IOException {
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

    private static boolean sendMalformedChunks(MixConnection connection, Random random, String token)
            throws IOException {
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
            TokenResponse.checkNoOther(octets.isEmpty() ? "" : octets.substring(1), token);
        } else {
            TokenResponse.checkWithinOneResponse(octets, token);
        }
        return false;
    }

    private static boolean expectAndAreAnsweredBefore(MixConnection connection, Random random, String token)
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
            // RFC 9110 §10.1.1: a client need not wait indefinitely. Payara and GlassFish do not see a request before
            // its first chunk.
            connection.send(chunked(token, random));
        }
        TokenResponse response = connection.readAnswerOrContinue();
        if (response == null) {
            response = connection.readAnswer();
        }
        response.check(token, early(token, count));
        connection.end();
        return false;
    }

    private static boolean sendABodyThatIsNotAwaited(MixConnection connection, Random random, String token)
            throws IOException {
        int count = random.nextInt(3000);
        String body = ownText(token, 4 * SMALL, random);
        connection.sendInPieces(
                head("POST /test/early/" + token + "?after=0&count=" + count, token, "Content-Length: " + body.length())
                        + body,
                random);
        TokenResponse response = connection.readAnswer();
        response.check(token, early(token, count));
        connection.end();
        return false;
    }

    private static boolean readSlowly(MixConnection connection, Random random, String token) throws IOException {
        int count = 100_000 + random.nextInt(100_000);
        connection.send(head("GET /test/early/" + token + "?after=0&count=" + count, token));
        connection.slow = true;
        TokenResponse response = connection.readAnswer();
        response.check(token, early(token, count));
        return false;
    }

    private static boolean leaveAnEventStream(MixConnection connection, Random random, String token)
            throws IOException {
        connection.send(head("GET /test/ticks", token));
        StringBuilder octets = new StringBuilder();
        String event = "data: " + token + "\n\n";
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            octets.append(connection.readUntil(event));
        }
        TokenResponse.checkWithinOneResponse(octets.toString(), token);
        connection.abort(random);
        return false;
    }

    private static boolean sendAndReceiveAtOnce(MixConnection connection, Random random, String token)
            throws IOException {
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
        connection.readAnswer().check(token, body.toString());
        connection.end();
        return false;
    }

    private static boolean cutAWebSocket(MixConnection connection, Random random, String token) throws IOException {
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
}
