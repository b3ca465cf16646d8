package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequest.Verdict.REFUSE_OR_CLEAN;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HIDDEN;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Malformed and ambiguous requests, and the check after each of them: the server has seen only well-formed requests
 * with the expected targets. The next request is served both on the same connection, if it stays open, and on a new
 * one.
 */
public final class SmugglingCheck {
    private SmugglingCheck() {}

    public static List<MalformedRequest> requests() {
        return Stream.of(
                        FramingRequests.lengthWithCoding(),
                        FramingRequests.disguisedCodings(),
                        FramingRequests.oddLengths(),
                        FieldLineRequests.lineEnds(),
                        FieldLineRequests.controlCharacters(),
                        FieldLineRequests.fieldNames(),
                        ChunkedBodyRequests.chunks(),
                        ChunkedBodyRequests.trailers(),
                        RequestLineRequests.hosts(),
                        RequestLineRequests.targets(),
                        RequestLineRequests.requestLines(),
                        RequestLineRequests.tooLong(),
                        HiddenRequests.connectionOptions(),
                        HiddenRequests.unusualBodies())
                .flatMap(List::stream)
                .toList();
    }

    /** Sends the request and checks that neither the proxy nor the server misread it. */
    public static void play(MalformedRequest malformed, Scene scene) throws Exception {
        StrictServer server = new StrictServer(scene);
        try {
            Wire client = scene.client();
            client.sendInBackground(Wire.latin1(malformed.text()));
            boolean open = skipResponses(client, malformed);
            if (open) {
                client.send(Scene.request("GET /same"));
                Message same = client.responseOrNull();
                boolean closed = same == null || same.status() >= 400;
                Check.that(
                        closed || same.body().equals("/same"),
                        () -> "the next request was answered with " + Text.quote(same.body()));
            }
            client.close();
            Wire fresh = scene.client(Scene.UNTRUSTED, Scene.request("GET /fresh"));
            Message response = fresh.response();
            Check.status(200, response);
            Check.equal("response to a fresh request", "/fresh", response.body());
            judge(malformed, server.seen());
        } finally {
            server.stop();
        }
    }

    /** Reads the responses and returns whether the connection can serve another request. */
    private static boolean skipResponses(Wire client, MalformedRequest malformed) throws Exception {
        if (client.isSilentFor(Scene.millis(400))) {
            // The proxy waits for the rest of the request, but there is none.
            client.finish();
            client.isSilentFor(Scene.millis(400));
            return false;
        }
        String method = malformed.text().startsWith("HEAD ") ? "HEAD" : "GET";
        boolean refused = false;
        do {
            String piece = client.peek();
            if (!piece.startsWith("HTTP/1.")) {
                // An HTTP/0.9 response, or the end of the connection.
                return false;
            }
            Message response = client.response(method);
            if (response.status() < 200) {
                continue;
            }
            refused |= response.status() >= 400;
            boolean last = response.head()
                    .joined("Connection")
                    .toLowerCase(Locale.ROOT)
                    .contains("close");
            if (response.framing() == Message.Framing.END || last || response.status() == 101) {
                return false;
            }
            if (client.isSilentFor(Scene.millis(refused ? 50 : 15))) {
                return true;
            }
        } while (true);
    }

    private static void judge(MalformedRequest malformed, List<StrictServer.Seen> seen) {
        int forwarded = 0;
        for (StrictServer.Seen one : seen) {
            Check.that(one.problem().isEmpty(), () -> "the server got something malformed: " + one.problem());
            Head head = one.request().head();
            boolean ours = List.of("/same", "/fresh").contains(head.target())
                    && head.method().equals("GET");
            if (!ours) {
                Check.that(!head.target().contains(HIDDEN), "the server got the hidden request");
                Check.absent(head, "X-Injected");
                forwarded += one.request().complete() ? 1 : 0;
            }
        }
        Check.that(forwarded <= 1, "the server got more than one request");
        Check.that(malformed.verdict() == REFUSE_OR_CLEAN || forwarded == 0, "not refused but forwarded");
    }
}
