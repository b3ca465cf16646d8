package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.proxy.ProxyServlet;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Base for tests with the shared cache between a client and an app that sends exactly the bytes of its script. */
@Timeout(120)
@Tag("java")
abstract class SharedCacheScene {
    static final String STALE = "\r\nAge: 50";

    final AtomicInteger asked = new AtomicInteger();
    ScriptedUpstream app;
    TestServer server;
    final InFlightRequests running = new InFlightRequests();
    ProxyServlet proxy;
    volatile Traffic traffic;

    @AfterEach
    void stop() throws Exception {
        app.close();
        server.close();
        proxy.close();
    }

    void start(ScriptedUpstream.Script script, String... settings) throws Exception {
        app = ScriptedUpstream.onTcp(script);
        Worker worker = new Worker("worker-1", app.address());
        List<String> all = new ArrayList<>(List.of("vts.cache", "1m"));
        all.addAll(List.of(settings));
        Settings read = TestSettings.of(all.toArray(String[]::new));
        proxy = new ProxyServlet(
                (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(new UncountedLease(worker)),
                read.proxy(),
                "",
                new Pages(SecurityHeaders.off()),
                running);
        server = TestServer.start(context -> {
            TrafficFilter filter = new TrafficFilter(read.proxy().trustedProxies(), Optional.empty());
            traffic = filter.traffic();
            FilterRegistration.Dynamic first = context.addFilter("traffic", filter);
            first.setAsyncSupported(true);
            first.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
            servlet.setAsyncSupported(true);
            servlet.addMapping("/*");
        });
    }

    RawResponse get(String target, String... headers) {
        try {
            return server.request("GET " + target, headers);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    List<CompletableFuture<RawResponse>> askAtOnce(int count, String target) {
        List<CompletableFuture<RawResponse>> responses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CompletableFuture<RawResponse> response = new CompletableFuture<>();
            new Thread(() -> {
                        try {
                            response.complete(server.request("GET " + target));
                        } catch (Exception | Error e) {
                            response.completeExceptionally(e);
                        }
                    })
                    .start();
            responses.add(response);
        }
        return responses;
    }

    /** Waits until {@code count} requests are in flight in the proxy. */
    void awaitRunning(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (running.awaitIdle(0) < count) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
    }

    /** Waits until {@code count} requests have reached the app. */
    void awaitAsked(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (asked.get() < count) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
    }

    void awaitBody(String target, String body, String... headers) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!get(target, headers).body().equals(body)) {
            assertTrue(System.nanoTime() < deadline);
        }
    }

    /** Responds with the number of the request as the body. */
    ScriptedUpstream.Script numbered(String fields) {
        return (request, out) -> {
            String response = response(fields, "" + asked.incrementAndGet());
            write(out, response);
            return !response.contains("event-stream");
        };
    }

    ScriptedUpstream.Script status(int status) {
        return (request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 " + status + " X\r\nCache-Control: public, s-maxage=60\r\nLocation: /b\r\n"
                            + (status == 204 ? "\r\n" : "Content-Length: 0\r\n\r\n"));
            return true;
        };
    }

    ScriptedUpstream.Script inTurn(String... responses) {
        return (request, out) -> {
            String response = responses[Math.min(asked.getAndIncrement(), responses.length - 1)];
            write(out, response);
            return response.contains("\r\n\r\n") && !response.endsWith("first\r\n");
        };
    }

    static String response(String fields, String body) {
        return "HTTP/1.1 200 OK\r\n" + fields + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    static String everyOctet() {
        StringBuilder octets = new StringBuilder();
        for (char octet = 0; octet < 256; octet++) {
            octets.append(octet);
        }
        return octets.toString();
    }

    static void write(OutputStream out, String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    static void await(CountDownLatch latch) {
        assertTrue(isDown(latch, 60));
    }

    static boolean isDown(CountDownLatch latch, int seconds) {
        try {
            return latch.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
