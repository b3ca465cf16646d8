package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Collapsed requests wait for a response, but not for the slow client of the request that fetches it. */
class SharedCacheSlowClientTest extends SharedCacheScene {
    /** Larger than the socket buffers between the server and a client that does not read. */
    private static final String LONG = "x".repeat(7_000_000);

    @Test
    void aClientThatReadsNothingDoesNotDelayRequestsThatWaitForItsResponse() throws Exception {
        start(
                (request, out) -> {
                    write(out, response("Cache-Control: max-age=60", asked.incrementAndGet() + LONG));
                    return true;
                },
                "vts.cache",
                "64m");
        try (SlowClient slow = new SlowClient("/a")) {
            slow.read();
            RawResponse response = get("/a");
            assertEquals("1" + LONG, response.body());
            assertEquals(1, asked.get());
            assertTrue(slow.readRest().endsWith("\r\n\r\n1" + LONG));
        }
    }

    @Test
    void aClientThatReadsNothingDoesNotDelayRequestsThatWaitForARevalidation() throws Exception {
        CountDownLatch mayRespond = new CountDownLatch(1);
        start(
                (request, out) -> {
                    String[] responses = {
                        response("Cache-Control: max-age=10\r\nETag: \"v\"" + STALE, LONG),
                        "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=1000\r\nETag: \"v\"\r\n\r\n",
                        response("Cache-Control: no-store", "new")
                    };
                    int count = asked.getAndIncrement();
                    if (count == 1) {
                        await(mayRespond);
                    }
                    write(out, responses[Math.min(count, 2)]);
                    return true;
                },
                "vts.cache",
                "64m");
        get("/a");
        try (SlowClient slow = new SlowClient("/a")) {
            awaitAsked(2);
            CompletableFuture<RawResponse> waiting = askAtOnce(1, "/a").get(0);
            awaitRunning(2);
            mayRespond.countDown();
            assertEquals(LONG, waiting.get(60, TimeUnit.SECONDS).body());
            assertEquals(2, asked.get());
            assertTrue(slow.readRest().endsWith("\r\n\r\n" + LONG));
        }
    }

    @Test
    void aClientThatDisconnectsDoesNotDelayOtherRequests() throws Exception {
        CountDownLatch hasLeft = new CountDownLatch(1);
        start(
                (request, out) -> {
                    int count = asked.incrementAndGet();
                    String response = response("Cache-Control: max-age=60", count + LONG);
                    write(out, response.substring(0, response.length() - 1));
                    if (count == 1) {
                        await(hasLeft);
                    }
                    write(out, "x");
                    return true;
                },
                "vts.cache",
                "64m");
        try (SlowClient slow = new SlowClient("/a")) {
            slow.read();
        }
        hasLeft.countDown();
        assertTrue(get("/a").body().endsWith(LONG));
    }

    /** The response does not announce its length. */
    @Test
    void aResponseThatTurnsOutTooLongToStoreReachesItsClientWhole() throws Exception {
        String body = "<" + "y".repeat(400_000) + ">";
        start((request, out) -> {
            asked.incrementAndGet();
            write(out, "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int at = 0; at < body.length(); at += 50_000) {
                String piece = body.substring(at, Math.min(body.length(), at + 50_000));
                write(out, Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
            }
            write(out, "0\r\n\r\n");
            return true;
        });
        for (int i = 1; i <= 2; i++) {
            assertEquals(body, get("/a").body());
            assertEquals(i, asked.get());
        }
        assertEquals(0, proxy.cacheStatistics().entries());
    }

    /** A client that sends a request and reads only when the test calls {@link #read}. */
    private final class SlowClient implements AutoCloseable {
        private final Socket socket = new Socket();
        private final InputStream in;

        SlowClient(String target) throws IOException {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            in = socket.getInputStream();
        }

        /** Reads one byte. */
        void read() throws IOException {
            assertTrue(in.read() >= 0);
        }

        String readRest() throws IOException {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
