package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.ScriptedUpstream.Request;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbeTest {
    private static final Duration ENOUGH = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    private Path directory;

    @Test
    void aProbeReturnsTheStatusOfTheApp() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(
                ScriptedUpstream.closing("HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.0 503\r\n\r\n"))) {
            assertEquals(404, HttpProbe.ask(app.address(), "/ready?x=1", ENOUGH).status());
            Request request = app.next();
            assertEquals("GET /ready?x=1 HTTP/1.1", request.line());
            assertEquals(List.of("localhost"), request.headers("Host"));
            assertTrue(request.headers("User-Agent").get(0).startsWith("Mozilla/5.0"), request.head());
            assertEquals(503, HttpProbe.ask(app.address(), "/", ENOUGH).status());
        }
    }

    /** SvelteKit's adapters respond with 500 when a header field is missing that they are configured to read. */
    @Test
    void aProbeHasTheForwardingFieldsOfARequest() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing("HTTP/1.1 200 OK\r\n\r\n"))) {
            HttpProbe.ask(app.address(), "/", ENOUGH);
            Request request = app.next();
            assertEquals(List.of("127.0.0.1"), request.headers("X-Forwarded-For"));
            assertEquals(List.of("http"), request.headers("X-Forwarded-Proto"));
            assertEquals(List.of("localhost"), request.headers("X-Forwarded-Host"));
            assertEquals(List.of("80"), request.headers("X-Forwarded-Port"));
            assertEquals(List.of("for=127.0.0.1;host=localhost;proto=http"), request.headers("Forwarded"));
            assertEquals(List.of("127.0.0.1"), request.headers("X-Real-IP"));
            assertEquals(List.of("1.1 vts-basic"), request.headers("Via"));
        }
    }

    @Test
    void anErrorHasAnExcerptOfItsBodyOnOnePrintableLine() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing(
                "HTTP/1.1 500 Oh\r\nContent-Length: 33\r\n\r\nno \u001b[31mdatabase:\n  caf\u00c3\u00a9 is away",
                "HTTP/1.1 503 Oh\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnot \r\n3;x=1\r\nyet\r\n0\r\n\r\n",
                "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nbroken off",
                "HTTP/1.1 500 Oh\r\n\r\n" + "x".repeat(100_000),
                "HTTP/1.1 500 Oh\r\n",
                "HTTP/1.1 404 Oh\r\n\r\nno such page"))) {
            List<ProbeResponse> expected = List.of(
                    new ProbeResponse(500, "no \\u001b[31mdatabase: café is away"),
                    new ProbeResponse(503, "not yet"),
                    new ProbeResponse(500, "broken off"),
                    new ProbeResponse(500, "x".repeat(300) + "…"),
                    new ProbeResponse(500, ""),
                    new ProbeResponse(404, ""));
            for (ProbeResponse response : expected) {
                assertEquals(response, HttpProbe.ask(app.address(), "/", ENOUGH));
            }
        }
    }

    @Test
    void theRestOfTheResponseIsReadToItsEnd() throws Exception {
        CompletableFuture<Void> written = new CompletableFuture<>();
        CompletableFuture<Void> statusKnown = new CompletableFuture<>();
        try (ScriptedUpstream app = ScriptedUpstream.onUnix(directory.resolve("s"), (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes());
            statusKnown.join();
            out.write(new byte[4 << 20]);
            return !written.complete(null);
        })) {
            assertEquals(200, HttpProbe.ask(app.address(), "/", ENOUGH).status(), "before the rest has come");
            statusKnown.complete(null);
            written.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aPingReturnsTheMemoryThatTheLauncherReports() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onUnix(
                directory.resolve("s"),
                ScriptedUpstream.closing(
                        "HTTP/1.1 204 No Content\r\nVTS-Memory: 34783232\r\nDate: now\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nVTS-Memory: 1\r\n\r\n",
                        "HTTP/1.1 204 No Content\r\n\r\n",
                        "",
                        "garbage, not HTTP",
                        "HTTP/1.1 204 No Content\r\n" + "x".repeat(2000)))) {
            assertEquals(OptionalLong.of(34783232), HttpProbe.ping(app.address(), "secret", ENOUGH));
            assertEquals(List.of("secret"), app.next().headers("VTS-Ping"));
            for (String why : List.of("the app answered", "no memory", "closed", "garbage", "no end")) {
                assertEquals(OptionalLong.empty(), HttpProbe.ping(app.address(), "secret", ENOUGH), why);
            }
        }
    }

    @Test
    void aPingWithoutAResponseIsEmpty() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT)) {
            assertEquals(OptionalLong.empty(), HttpProbe.ping(app.address(), "secret", SHORT));
            assertThrows(SocketTimeoutException.class, () -> HttpProbe.ask(app.address(), "/", SHORT));
        }
    }

    /** A probe must not fail earlier, because a worker that hangs would then look like one that failed once. */
    @Test
    void aProbeFailsAtItsTimeout() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT)) {
            for (int i = 0; i < 10; i++) {
                long asked = System.nanoTime();
                assertEquals(OptionalLong.empty(), HttpProbe.ping(app.address(), "secret", SHORT));
                long waited = System.nanoTime() - asked;
                assertTrue(waited >= SHORT.toNanos(), waited + " ns");
            }
        }
    }

    @Test
    void aResponseThatStopsWithinItsStatusIsAFailure() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.keeping("HTTP/1.1 2"))) {
            assertThrows(SocketTimeoutException.class, () -> HttpProbe.ask(app.address(), "/", SHORT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9", "HTTP/2.0 200 OK", "HTTP/1.1 999 x", "HTTP/1.1 2xx"})
    void aResponseThatIsNotHttpIsRejected(String answer) throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing(answer))) {
            IOException refusal = assertThrows(IOException.class, () -> HttpProbe.ask(app.address(), "/", ENOUGH));
            assertEquals("answered \"" + answer.substring(0, 12) + "\", which is not HTTP", refusal.getMessage());
        }
    }

    @Test
    void theErrorTellsOfAConnectionThatWasClosedEarly() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing("", "HTTP/1.1"))) {
            for (int i = 0; i < 2; i++) {
                IOException refusal = assertThrows(IOException.class, () -> HttpProbe.ask(app.address(), "/", ENOUGH));
                assertEquals("closed the connection without a response", refusal.getMessage());
            }
        }
    }

    @Test
    void aProbeOfAPortWithoutAListenerFails() throws Exception {
        SocketAddress address;
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT)) {
            address = app.address();
        }
        assertEquals(OptionalLong.empty(), HttpProbe.ping(address, "secret", ENOUGH));
        assertThrows(IOException.class, () -> HttpProbe.ask(address, "/", ENOUGH));
    }

    @Test
    @Timeout(120)
    @SuppressWarnings("try") // The test needs only its accept queue.
    void aPingOfAWorkerWithAFullAcceptQueueIsEmpty() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel worker =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            fill(address, waiting);
            assertEquals(OptionalLong.empty(), HttpProbe.ping(address, "word", SHORT));
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private static void fill(SocketAddress address, List<SocketChannel> waiting) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            waiting.add(channel);
            channel.configureBlocking(false);
            try {
                if (!channel.connect(address)) {
                    return;
                }
            } catch (SocketException e) {
                return; // The accept queue is full.
            }
        }
    }
}
