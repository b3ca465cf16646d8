package dev.vtsbasic.conformance.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Upstream;
import dev.vtsbasic.conformance.harness.Wire;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More concurrent requests than threads, where Java has no virtual threads. */
@Tag("java")
class OverloadIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    private static final int THREADS = 200;
    private static final int QUEUE = 1000;
    private static final int TOO_MANY = 50;
    private static final String OK = Scene.response("200 OK", "Content-Length: 2", "Connection: close") + "ok";

    @Test
    @Timeout(300)
    void requestsBeyondTheQueueAreRefusedAtOnceAndAllOthersAreAnswered() throws Exception {
        boolean bounded = Runtime.version().feature() < FIRST_WITH_VIRTUAL_THREADS;
        int sent = THREADS + QUEUE + TOO_MANY;
        int refused = bounded ? TOO_MANY : 0;
        int first = bounded ? THREADS : sent;
        BlockingQueue<HttpResponse<String>> responses = new LinkedBlockingQueue<>();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (Upstream upstream = new Upstream();
                Proxy proxy = Proxy.vts(
                        upstream.port(),
                        Map.of(
                                "VTS_RESPONSE_TIMEOUT",
                                "0s",
                                "VTS_CONNECT_TIMEOUT",
                                "20s",
                                "VTS_HOLD_TIMEOUT",
                                "20s"))) {
            URI server = URI.create("http://127.0.0.1:" + proxy.port());
            for (int i = 0; i < sent; i++) {
                // X-Forwarded-For, as from a proxy in front, because a local request without it may come from the app
                // itself.
                client.sendAsync(
                                HttpRequest.newBuilder(server.resolve("/" + i))
                                        .header("X-Forwarded-For", "192.0.2.1")
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .thenAccept(responses::add);
            }
            List<Wire> held = new ArrayList<>();
            while (held.size() < first) {
                held.add(asked(upstream));
            }
            for (int i = 0; i < refused; i++) {
                HttpResponse<String> response = next(responses);
                assertEquals(503, response.statusCode());
                assertTrue(response.headers().firstValue("Retry-After").isPresent(), "Retry-After is missing");
            }
            assertNull(upstream.next(Duration.ZERO), "more requests run than there are threads");

            CompletableFuture<HttpResponse<String>> own = client.sendAsync(
                    HttpRequest.newBuilder(server.resolve("/own")).build(), HttpResponse.BodyHandlers.ofString());
            asked(upstream).send(OK);
            assertEquals(200, own.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode());

            for (Wire waiting : held) {
                waiting.send(OK);
            }
            for (int i = first; i < sent - refused; i++) {
                asked(upstream).send(OK);
            }
            for (int i = 0; i < sent - refused; i++) {
                assertEquals(200, next(responses).statusCode());
            }
        }
    }

    /** The next request that reaches the server. */
    private static Wire asked(Upstream upstream) throws Exception {
        Wire server = upstream.next(PATIENCE);
        assertNotNull(server, "the server was not asked");
        server.request();
        return server;
    }

    private static HttpResponse<String> next(BlockingQueue<HttpResponse<String>> responses)
            throws InterruptedException {
        HttpResponse<String> response = responses.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(response, "no response");
        return response;
    }
}
