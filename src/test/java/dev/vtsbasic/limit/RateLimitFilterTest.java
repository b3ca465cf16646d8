package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of the rates with a clock that moves only when a test moves it. */
class RateLimitFilterTest {
    private final AtomicLong nanos = new AtomicLong(1000);
    private TestServer server;
    private Traffic traffic;

    @AfterEach
    void stop() {
        server.close();
    }

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(204);
        }
    }

    private void start(String... settings) throws Exception {
        Settings read = TestSettings.of(settings);
        RateLimitFilter filter =
                new RateLimitFilter(read.proxy().limits(), new Pages(SecurityHeaders.off()), nanos::get);
        TrafficFilter noting = new TrafficFilter(read.proxy().trustedProxies(), Optional.empty());
        traffic = noting.traffic();
        server = TestServer.start(context -> {
            context.addFilter("traffic", noting)
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            context.addServlet("proxy", new App()).addMapping("/*");
            context.addFilter("rate-limit", filter)
                    .addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "proxy");
        });
    }

    private RawResponse ask(String... headers) throws Exception {
        return server.request("GET /", headers);
    }

    /** Sends requests and returns how many were not refused. */
    private int passed(int requests, String... headers) throws Exception {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += ask(headers).status() == 204 ? 1 : 0;
        }
        return passed;
    }

    private void pass(long millis) {
        nanos.addAndGet(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void asManyPassAsTheBurstAllowsAndThenTheRate() throws Exception {
        start("vts.rate-limit", "20/s burst 50");
        assertEquals(50, passed(60));
        assertEquals(10, traffic.shed(ShedReason.RATE_LIMIT));
        pass(49);
        assertEquals(0, passed(3));
        assertEquals(13, traffic.shed(ShedReason.RATE_LIMIT));
        assertEquals(0, passed(1, "Connection: Upgrade", "Upgrade: websocket"));
        assertEquals(1, traffic.requests(RequestKind.TUNNEL, Method.GET, StatusClass.CLIENT_ERROR));
        assertEquals(13, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.CLIENT_ERROR));
        pass(1);
        assertEquals(1, passed(3));
        pass(1000);
        assertEquals(20, passed(30));
        pass(3_600_000);
        assertEquals(50, passed(60));
    }

    @Test
    void aRefusedClientIsToldWhenToRetry() throws Exception {
        start("vts.rate-limit", "6/m burst 1");
        RawResponse passed = ask();
        assertEquals(204, passed.status());
        assertNull(passed.header("RateLimit"), "what others do is nobody's business");
        pass(500);
        RawResponse refused = ask("Accept: application/json");
        assertTrue(refused.body().contains("\"requestId\":\"" + refused.header("X-Request-Id") + "\""), refused.text());
        assertEquals(429, refused.status());
        assertEquals("10", refused.header("Retry-After"));
        assertEquals(List.of("\"all\";q=1;w=10"), refused.headers("RateLimit-Policy"));
        assertEquals(List.of("\"all\";r=0;t=10"), refused.headers("RateLimit"));
        assertEquals("application/problem+json", refused.header("Content-Type"));
        assertTrue(refused.body().contains("Too Many Requests"), refused.body());
        pass(9_499);
        assertEquals("1", ask().header("Retry-After"));
        pass(1);
        assertEquals(204, ask().status());
    }

    @Test
    void eachResponseHasTheClientsRemainingRequests() throws Exception {
        start("vts.rate-limit-per-client", "2/s burst 3", "vts.trusted-proxies", "127.0.0.1");
        for (String left : new String[] {"r=2;t=1", "r=1;t=1", "r=0;t=2"}) {
            RawResponse answer = ask("X-Forwarded-For: 192.0.2.1");
            assertEquals(204, answer.status());
            assertEquals(List.of("\"client\";q=3;w=2"), answer.headers("RateLimit-Policy"));
            assertEquals(List.of("\"client\";" + left), answer.headers("RateLimit"));
            assertNull(answer.header("Retry-After"));
        }
        RawResponse refused = ask("X-Forwarded-For: 192.0.2.1");
        assertEquals(429, refused.status());
        assertEquals(List.of("\"client\";r=0;t=1"), refused.headers("RateLimit"));
        assertEquals("1", refused.header("Retry-After"));
    }

    @Test
    void eachClientBehindATrustedProxyIsCountedByItself() throws Exception {
        start("vts.rate-limit-per-client", "1/m burst 2", "vts.trusted-proxies", "127.0.0.1");
        assertEquals(2, passed(5, "X-Forwarded-For: 192.0.2.1"));
        assertEquals(2, passed(5, "X-Forwarded-For: 192.0.2.2"));
        assertEquals(0, passed(5, "X-Forwarded-For: 192.0.2.3", "X-Forwarded-For: 192.0.2.1"));
        assertEquals(2, passed(5, "X-Forwarded-For: 2001:db8::1"));
        assertEquals(0, passed(5, "X-Forwarded-For: 2001:db8::2"));
    }

    @Test
    void forwardedFieldsOfAnUntrustedClientDoNotCount() throws Exception {
        start("vts.rate-limit-per-client", "1/m burst 2");
        assertEquals(2, passed(3, "X-Forwarded-For: 192.0.2.1"));
        assertEquals(0, passed(3, "X-Forwarded-For: 192.0.2.2"));
    }

    @Test
    void requestsOfTheAppCountOnlyForTheCommonRate() throws Exception {
        start("vts.rate-limit-per-client", "1/m burst 2", "vts.rate-limit", "1/m burst 4");
        assertEquals(4, passed(6));
    }

    @Test
    void aClientOverItsRateDoesNotUseUpTheCommonRate() throws Exception {
        start(
                "vts.rate-limit", "1/m burst 5",
                "vts.rate-limit-per-client", "1/m burst 3",
                "vts.trusted-proxies", "127.0.0.1");
        assertEquals(3, passed(100, "X-Forwarded-For: 192.0.2.1"));
        assertEquals(2, passed(100, "X-Forwarded-For: 192.0.2.2"));
        for (int i = 0; i < 5; i++) {
            RawResponse refused = ask("X-Forwarded-For: 192.0.2.3");
            assertEquals(List.of("\"client\";r=2;t=60", "\"all\";r=0;t=60"), refused.headers("RateLimit"));
        }
        pass(120_000);
        assertEquals(2, passed(3, "X-Forwarded-For: 192.0.2.2"));
    }
}
