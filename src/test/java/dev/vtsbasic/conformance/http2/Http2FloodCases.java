package dev.vtsbasic.conformance.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that flood a connection. */
abstract class Http2FloodCases extends Http2Cases {
    Http2FloodCases(Http2Scene scene) {
        super(scene);
    }

    @ParameterizedTest
    @EnumSource(Http2Flood.class)
    void aFloodEndsItsConnectionAndNoOther(Http2Flood flood) throws Exception {
        StreamingExchange other = streaming();
        try (Http2Client own = scene.connect(scene.proxy())) {
            try {
                for (int i = 0; i < 2000; i++) {
                    flood.send(own);
                }
            } catch (IOException e) {
                // The server closed the connection.
            }
            Http2Event end = own.connection().next();
            if (end.kind() == Kind.GOAWAY) {
                assertNotEquals(Http2Client.NO_ERROR, end.code());
            } else {
                // The GOAWAY may be lost, because the server closed the connection with unread bytes.
                assertEquals(Kind.CLOSED, end.kind());
            }
        }
        assertGoesOn(other);
        scene.upstream().forgetAll();
    }

    /** Single bytes of a head, so that the connection never looks idle. */
    @Test
    void aHeadThatTakesLongerThanTheHeaderTimeoutEndsItsConnection() throws Exception {
        Map<String, String> settings = new HashMap<>(scene.settings());
        settings.put("VTS_HEADER_TIMEOUT", "1s");
        try (Proxy own = Proxy.vts(scene.upstream().port(), settings);
                Http2Client slow = scene.connect(own)) {
            slow.begin();
            Http2Event event = null;
            for (int i = 0; event == null && i < 300; i++) {
                try {
                    slow.frame(Http2Frames.CONTINUATION, 0, 1, new byte[] {0});
                } catch (IOException e) {
                    // The connection has ended.
                }
                event = slow.connection().nextWithin(Duration.ofMillis(200));
            }
            assertTrue(event != null && event.kind() != Kind.HEAD, "still open");
        }
    }

    @Test
    void streamsResetByTheServerCountUntilTheirRequestsEnd() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore arrived = new Semaphore(0);
        try (ServerSocket silent = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress());
                Proxy own = Proxy.vts(silent.getLocalPort(), scene.settings())) {
            inBackground(() -> {
                while (true) {
                    Socket socket = silent.accept();
                    inBackground(() -> {
                        try (socket) {
                            if (socket.getInputStream().read() >= 0) {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                arrived.release();
                                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                                running.decrementAndGet();
                            }
                        }
                        return null;
                    });
                }
            });
            try (Http2Client attacker = scene.connect(own)) {
                List<String> request = List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        scene.tls() ? "https" : "http",
                        ":authority",
                        "site.example",
                        ":path",
                        "/",
                        "x-forwarded-for",
                        "192.0.2.1");
                List<Http2Stream> streams = List.of();
                for (int round = 0; round < 4; round++) {
                    streams = attacker.breakAndOpen(streams, 100, request);
                    // Only the first round waits for all requests, because later ones may be refused.
                    arrived.tryAcquire(100, round == 0 ? Wire.PATIENCE.toSeconds() : 2, TimeUnit.SECONDS);
                }
            } catch (IOException e) {
                // The server closed the connection.
            }
            try (Http2Client innocent = scene.connect(own)) {
                // Retry, because the attacker's requests may fill the small heap for a while.
                long deadline = System.nanoTime() + Wire.PATIENCE.toNanos();
                int status = 503;
                while (status == 503 && System.nanoTime() < deadline) {
                    status = innocent.get("/", "x-forwarded-for", "192.0.2.2")
                            .head()
                            .status();
                }
                assertEquals(504, status);
            }
        }
        // The test sees the end of a request a little later than the proxy, so allow more than the 100 streams.
        assertTrue(most.get() >= 50 && most.get() <= 150, most + " requests ran at once");
    }

    private static void inBackground(Callable<Void> work) {
        Thread thread = new Thread(() -> {
            try {
                work.call();
            } catch (Exception e) {
                // The other side closed the connection, or the case is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
