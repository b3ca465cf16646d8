package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.ScriptedUpstream.Script;
import dev.vtsbasic.traffic.UpstreamError;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of the app that are cut, malformed, endless or missing. */
class BrokenResponseTest extends ProxyScene {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n wo",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n",
                "Content-Length: 100\r\n\r\nhello",
            })
    void aResponseCutWithinItsBodyNeverLooksComplete(String response) throws Exception {
        start(closing("HTTP/1.1 200 OK\r\n" + response));
        try (RawClient client = new RawClient(server.port())) {
            RawResponse cut = client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .readToEnd();
            assertFalse(cut.status() == 200 && cut.looksComplete(), cut.text());
        }
    }

    /** RFC 9112 §8: a head without its empty line is incomplete. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "H",
                "HTTP/1.1 200",
                "HTTP/1.1 200 O",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nX-A: a",
                "HTTP/1.1 200 OK\r\nX-A: a\r\n",
                "HTTP/1.1 200 OK\r\nX-A: a\r\n\r",
                "HTTP/1.1 204 No Content\r\n",
                "HTTP/1.1 404 Not Found\r\nX-A: a\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2",
                "HTTP/1.1 102 Processing\r\n",
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n",
            })
    void aHeadCutByTheAppIsABadGateway(String head) throws Exception {
        start(ScriptedUpstream.closing(head));
        RawResponse response = server.request("POST /");
        assertEquals(502, response.status(), response.text());
        assertPage(response);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1.1 200 OK\r\nX-A: a\r\n\r\n", "HTTP/1.1 200 OK\nX-A: a\n\n", "HTTP/1.1 204 No\r\n\r\n"})
    void aHeadWithItsEmptyLineIsCompleteWhenTheConnectionEnds(String head) throws Exception {
        start(ScriptedUpstream.closing(head));
        RawResponse response = server.request("POST /");
        assertTrue(response.status() < 300, response.text());
        assertTrue(response.looksComplete(), response.text());
    }

    /** Only a connection without any response shows that Bun does not know the method. */
    @Test
    void aCutHeadIsABadGatewayForAnUncommonMethod() throws Exception {
        start(ScriptedUpstream.closing("HTTP/1.1 200 O"));
        assertEquals(502, server.request("PROPFIND /").status());
    }

    @Test
    void aCutResponseGetsNoEndAndIsNotAskedForAgain() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
            arrived.join();
            return false;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("hello\r\n");
            arrived.complete(null);
            assertEquals("", client.readRest());
        }
        app.next();
        assertEquals(0, app.pending(), "it was not asked a second time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno field\r\n\r\n"})
    void aResponseThatIsNotHttpIsABadGateway(String response) throws Exception {
        start(closing(response));
        assertEquals(502, server.request("POST /").status());
    }

    @Test
    void aStatusBelow100IsABadGateway() throws Exception {
        start(ScriptedUpstream.onTcp(keeping("HTTP/1.1 000 Nothing\r\n\r\n")), "vts.response-timeout", "10s");
        assertEquals(502, server.request("GET /").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: a\u001bb\r\n", "X(: a\r\n"})
    void aResponseWithMalformedTrailersNeverLooksComplete(String trailer) throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" + trailer
                + "\r\n"));
        RawResponse response = server.request("POST /");
        assertFalse(response.status() == 200 && response.looksComplete(), response.text());
        assertFalse(response.text().contains("X: a"), response.text());
    }

    @Test
    void aMethodUnknownToTheAppIsNotImplementedAndNoUpstreamError() throws Exception {
        start(closing(""));
        assertEquals(501, server.request("FROBNICATE /").status());
        assertEquals(1, app.connections());
        awaitEnd();
        for (UpstreamError error : UpstreamError.values()) {
            assertEquals(0, traffic.upstreamErrors(error), error.name());
        }
    }

    @Test
    void anEndlessHeadIsABadGatewayBeforeItFillsTheMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\n"));
            // Send until the proxy cuts the connection; the limit exceeds any memory.
            while (sent.addAndGet(30_000) < 1L << 40) {
                out.write(octets("X-Field: " + "v".repeat(30_000) + "\r\n"));
            }
            return false;
        });
        RawResponse response = server.request("POST /");
        assertEquals(502, response.status());
        assertPage(response);
        // The socket buffers hold a part of these bytes.
        assertTrue(sent.get() < 16_000_000, sent + " octets");
    }

    @Test
    void endlessInterimResponsesAreAGatewayTimeout() throws Exception {
        ScriptedUpstream upstream = ScriptedUpstream.onTcp((request, out) -> {
            for (long i = 0; i < 1L << 40; i++) {
                out.write(octets("HTTP/1.1 102 Processing\r\n\r\n"));
            }
            return false;
        });
        start(upstream, "vts.response-timeout", "100ms");
        RawResponse response = server.request("GET /");
        assertEquals(504, response.status());
        assertPage(response);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSilentAppIsAGatewayTimeoutAndIsNotAskedAgain(boolean unix) throws Exception {
        Script silent = ScriptedUpstream.SILENT;
        start(
                unix ? ScriptedUpstream.onUnix(directory.resolve("s"), silent) : ScriptedUpstream.onTcp(silent),
                "vts.response-timeout",
                "50ms");
        RawResponse response = server.request("GET /");
        assertEquals(504, response.status());
        assertPage(response);
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void anAppThatFallsSilentWithinItsResponseIsCut() throws Exception {
        start(
                ScriptedUpstream.onTcp(keeping("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")),
                "vts.response-timeout",
                "2s");
        RawResponse response = server.request("GET /");
        assertEquals(200, response.status());
        assertFalse(response.looksComplete(), response.text());
    }

    @Test
    void controlCharactersInAFieldNameAreEscapedInTheLog() throws Exception {
        assertLogged("HTTP/1.1 200 OK\r\nX\u001b[2J\u000b: v\r\n\r\n", "[0x1b][2J[0x0b]");
    }

    @Test
    void controlCharactersInAMalformedChunkAreEscapedInTheLog() throws Exception {
        assertLogged(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\u001b[2J\r\nhello\r\n0\r\n\r\n", "\\u001b[2J");
    }

    private void assertLogged(String response, String escaped) throws Exception {
        start(closing(response));
        String line = awaitLogLine(
                Level.ALL,
                escaped,
                () -> assertEquals(502, server.request("POST /").status()));
        assertTrue(line.chars().noneMatch(Character::isISOControl), line);
    }
}
