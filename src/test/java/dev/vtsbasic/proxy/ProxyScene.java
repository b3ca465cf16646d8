package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.ScriptedUpstream.Script;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletRegistration;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** The proxy in the embedded server, between a client and an app that sends exactly the bytes of its script. */
@Timeout(120)
@Tag("java")
public abstract class ProxyScene {
    private static final Logger EXCHANGE_LOG = Logger.getLogger("dev.vtsbasic.proxy.exchange.Exchange");

    protected final InFlightRequests running = new InFlightRequests();

    /** Null in a test whose worker is not a script. */
    protected ScriptedUpstream app;

    protected TestServer server;
    protected Traffic traffic;
    private ProxyServlet proxy;

    @AfterEach
    protected void stop() throws Exception {
        if (app != null) {
            app.close();
        }
        server.close();
        proxy.close();
    }

    protected void start(Script script, String... settings) throws Exception {
        start(ScriptedUpstream.onTcp(script), settings);
    }

    protected void start(ScriptedUpstream upstream, String... settings) throws Exception {
        app = upstream;
        startWith(poolOf(new Worker("worker-1", upstream.address())), settings);
    }

    protected void startWith(WorkerPool pool, String... settings) throws Exception {
        startBehind((request, response, chain) -> chain.doFilter(request, response), pool, settings);
    }

    /** @param front a filter between the container and the proxy */
    protected void startBehind(Filter front, WorkerPool pool, String... settings) throws Exception {
        Settings read = TestSettings.of(settings);
        proxy = new ProxyServlet(pool, read.proxy(), "", new Pages(SecurityHeaders.off()), running);
        server = TestServer.start(context -> {
            TrafficFilter noting = new TrafficFilter(read.proxy().trustedProxies(), Optional.empty());
            traffic = noting.traffic();
            FilterRegistration.Dynamic first = context.addFilter("traffic", noting);
            first.setAsyncSupported(true);
            first.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
            servlet.setAsyncSupported(true);
            servlet.addMapping("/*");
            FilterRegistration.Dynamic second = context.addFilter("front", front);
            second.setAsyncSupported(true);
            second.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "proxy");
        });
    }

    /** A pool with one worker, which it does not lease again after a failed connection. */
    protected static WorkerPool poolOf(Worker worker) {
        return (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(new UncountedLease(worker));
    }

    static void assertPage(RawResponse response) {
        assertEquals("text/html; charset=utf-8", response.header("Content-Type"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertTrue(response.body().contains("<h1>" + response.status() + " "), response.text());
        assertTrue(response.looksComplete());
    }

    /** Waits until every request has been counted. */
    void awaitEnd() {
        while (!traffic.inFlight().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    /** Runs requests, and returns the first line of the exchange's log that contains the text. */
    static String awaitLogLine(Level level, String text, Requests requests) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                String message = new SimpleFormatter().formatMessage(line);
                // Test classes that run at the same time log there, too.
                if (line.getLevel().intValue() >= level.intValue() && message.contains(text)) {
                    lines.add(message);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        // For good, because other tests may need the level when this one ends.
        EXCHANGE_LOG.setLevel(Level.ALL);
        EXCHANGE_LOG.addHandler(handler);
        try {
            requests.run();
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertNotNull(line, "no log line has " + text);
            return line;
        } finally {
            EXCHANGE_LOG.removeHandler(handler);
        }
    }

    @FunctionalInterface
    interface Requests {
        void run() throws Exception;
    }

    static String everyOctet() {
        StringBuilder octets = new StringBuilder();
        for (char octet = 0; octet < 256; octet++) {
            octets.append(octet);
        }
        return octets.toString();
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
