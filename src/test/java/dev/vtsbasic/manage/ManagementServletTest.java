package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotState;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.manage.metrics.PrometheusMetrics;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementServletTest {
    private final AtomicInteger restarts = new AtomicInteger();
    private volatile List<SlotHealth> slots = List.of(slot(1, SlotState.READY));
    private boolean ours = true;
    private boolean cached = true;
    private final List<Optional<String>> purged = new ArrayList<>();
    private volatile LifecyclePhase phase = LifecyclePhase.SERVING;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        ManagementAccess access = new ManagementAccess(
                List.of("own", "secret"),
                Optional.of("look"),
                TestSettings.of("vts.management-networks", "127.0.0.9")
                        .management()
                        .networks(),
                List.of());
        TrafficFilter traffic = new TrafficFilter(List.of(), Optional.empty());
        ManagementServlet servlet = new ManagementServlet(
                "/-", access, new Workers(), () -> new PrometheusMetrics(new Idle(traffic.traffic())));
        server = TestServer.start(
                context -> context.addServlet("management", servlet).addMapping("/-/*"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static SlotHealth slot(int number, SlotState state, RestartCause... failure) {
        return new SlotHealth("worker-" + number, state, Arrays.stream(failure).findFirst());
    }

    @Test
    void oneWorkerThatAnswersIsEnough() throws Exception {
        slots = List.of(slot(1, SlotState.PAUSING, RestartCause.HUNG), slot(2, SlotState.READY));
        RawResponse answer = server.request("GET /-/ready");
        assertEquals(200, answer.status());
        assertEquals("application/json", answer.header("Content-Type"));
        assertEquals(
                "{\"status\":\"UP\",\"checks\":["
                        + "{\"name\":\"service\",\"status\":\"UP\",\"data\":{\"phase\":\"serving\",\"workers\":2,\"answering\":1}},"
                        + "{\"name\":\"worker-1\",\"status\":\"DOWN\",\"data\":{\"state\":\"pausing\","
                        + "\"problem\":\"The last one hung and was killed; the log says why\"}},"
                        + "{\"name\":\"worker-2\",\"status\":\"UP\",\"data\":{\"state\":\"ready\"}}]}",
                answer.body());
        assertEquals(
                "{\"status\":\"UP\",\"checks\":[{\"name\":\"front\",\"status\":\"UP\"}]}",
                server.request("GET /-/live").body());
    }

    @ParameterizedTest
    @CsvSource({
        "SERVING, SILENT, No worker responds",
        "SERVING, PAUSING, No worker is running; the next one is starting",
        "SERVING, GIVEN_UP, Bun keeps crashing and is not started again; the log says why",
        "DRAINING, READY, 'Draining: an operator has begun a drain, and POST /resume ends it'",
        "STOPPING, READY, The server is about to stop",
    })
    void anUnreadyServerSaysWhy(LifecyclePhase phase, SlotState state, String why) throws Exception {
        this.phase = phase;
        slots = List.of(slot(1, state, RestartCause.CRASHED), slot(2, state, RestartCause.CRASHED));
        RawResponse answer = server.request("GET /-/ready");
        assertEquals(503, answer.status());
        assertTrue(answer.body().startsWith("{\"status\":\"DOWN\","), answer.body());
        assertTrue(answer.body().contains("\"problem\":\"" + why + "\"}},{\"name\":\"worker-1\""), answer.body());
        assertEquals(200, server.request("GET /-/live").status());
    }

    @Test
    void aStartIsNotReportedAsAFailure() {
        HealthReport health = new HealthReport(LifecyclePhase.SERVING, true, List.of(slot(1, SlotState.STARTING)));
        assertEquals(Optional.of("Starting: no worker has responded yet"), health.problem());
        assertTrue(health.json().endsWith("\"data\":{\"state\":\"starting\"}}]}"), health.json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "own"})
    void aClientWithATokenMayRestart(String word) throws Exception {
        String header = "Authorization: Bearer " + word;
        assertEquals(202, server.request("POST /-/restart", header).status());
        assertEquals(1, restarts.get());
        ours = false;
        assertEquals(409, server.request("POST /-/restart", header).status());
    }

    /** A proxy on this machine may keep the Host and add nothing at all. */
    @Test
    void aClientWithATokenMayDrainAndResume() throws Exception {
        String header = "Authorization: Bearer secret";
        for (int i = 0; i < 2; i++) {
            assertEquals(200, server.request("POST /-/drain", header).status());
            assertEquals(LifecyclePhase.DRAINING, phase);
        }
        for (int i = 0; i < 2; i++) {
            assertEquals(200, server.request("POST /-/resume", header).status());
            assertEquals(LifecyclePhase.SERVING, phase);
        }
        phase = LifecyclePhase.STOPPING;
        assertEquals(409, server.request("POST /-/resume", header).status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: */*",
                "X-Forwarded-For: 127.0.0.1",
                "Authorization: Bearer wrong",
                "Authorization: ",
                "Authorization: Basic secret",
                "Authorization: Bearersecret",
                "Authorization: Bearer secret\r\nAuthorization: Bearer wrong",
            })
    void aLocalClientWithoutATokenMayNotRestart(String header) throws Exception {
        assertEquals(403, server.request("POST /-/restart", header).status());
        assertEquals(403, server.request("POST /-/drain", header).status());
        phase = LifecyclePhase.DRAINING;
        assertEquals(403, server.request("POST /-/resume", header).status());
        assertEquals(0, restarts.get());
        assertEquals(LifecyclePhase.DRAINING, phase);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost:3000",
                "Host: 127.0.0.1",
                "Host: [::1]:3000",
                "Host: example.org\r\nAuthorization: Bearer look",
                "Host: example.org\r\nAuthorization: Bearer secret",
                "Host: example.org\r\nAuthorization: bearer secret",
                "Host: example.org\r\nAuthorization: BEARER  secret",
                "Host: example.org\r\nX-Forwarded-For: 192.0.2.1\r\nAuthorization: Bearer look",
            })
    void aLocalClientOrAClientWithATokenMayRead(String header) throws Exception {
        RawResponse answer = get("/-/metrics", header);
        assertEquals(200, answer.status());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", answer.header("Content-Type"));
        assertTrue(answer.body().contains("\nvts_workers{state=\"ready\"} 0.0\n"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: example.org",
                "Host: localhost\r\nX-Forwarded-For: 127.0.0.1",
                "Host: localhost\r\nX-Forwarded-Proto: https",
                "Host: localhost\r\nX-Forwarded-Ssl: on",
                "Host: localhost\r\nX-Forwarded-For:",
                "Host: localhost\r\nX-Real-IP: 127.0.0.1",
                "Host: localhost\r\nForwarded: for=127.0.0.1",
                "Host: localhost\r\nVia: 1.1 proxy",
                "Host: example.org\r\nAuthorization: Bearer wrong",
                "Host: example.org\r\nAuthorization: Basic look",
            })
    void aRemoteClientIsRefusedAndToldWhatToSet(String header) throws Exception {
        RawResponse answer = get("/-/metrics", header);
        assertEquals(403, answer.status());
        assertTrue(answer.body().contains("VTS_MANAGEMENT_NETWORKS"), answer.body());
        assertTrue(answer.body().contains("VTS_METRICS_TOKEN"), answer.body());
        assertEquals(200, get("/-/live", header).status());
    }

    /** A page of theirs in a browser of the network may ask, when its name leads to this server (DNS rebinding). */
    @ParameterizedTest
    @CsvSource({
        "10.0.0.9, 200",
        "10.0.0.9:3000, 200",
        "[fd00::9]:3000, 200",
        "vts:3000, 200",
        "vts.shop.svc.cluster.local, 200",
        "vts.shop.svc, 200",
        "app.example.com:3000, 200",
        "APP.example.com, 200",
        "example.com, 403",
        "app.example.com.attacker.test, 403",
        "vts.local.attacker.test, 403",
    })
    void aManagementNetworkMayReadByANameThatNoAttackerCanOwn(String host, int status) throws Exception {
        ManagementAccess access = new ManagementAccess(
                List.of("secret"),
                Optional.empty(),
                TestSettings.of("vts.management-networks", "127.0.0.0/8")
                        .management()
                        .networks(),
                TestSettings.of("vts.management-hosts", "App.example.com, other.test")
                        .management()
                        .hosts());
        TrafficFilter traffic = new TrafficFilter(List.of(), Optional.empty());
        ManagementServlet servlet = new ManagementServlet(
                "/-", access, new Workers(), () -> new PrometheusMetrics(new Idle(traffic.traffic())));
        try (TestServer other = TestServer.start(
                context -> context.addServlet("management", servlet).addMapping("/-/*"))) {
            assertEquals(
                    status,
                    other.send("GET /-/metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .status());
            // As a proxy of old asks, which may be in that network.
            assertEquals(
                    403,
                    other.send("GET /-/metrics HTTP/1.0\r\nHost: " + host + "\r\n\r\n")
                            .status());
        }
    }

    @Test
    void theRightTokenIsSlowedAfterTenWrongOnesAndNotRefused() throws Exception {
        for (int i = 0; i < TokenThrottle.FREE_TRIES; i++) {
            assertEquals(
                    403,
                    server.request("POST /-/restart", "Authorization: Bearer guess" + i)
                            .status());
        }
        long begun = System.nanoTime();
        assertEquals(
                200,
                server.request("GET /-/metrics", "Authorization: Bearer look").status());
        assertTrue(System.nanoTime() - begun >= TokenThrottle.PAUSE.toNanos());
    }

    /** As nginx asks when nothing is set but {@code proxy_pass}. */
    @Test
    void anHttp10RequestCountsAsForwarded() throws Exception {
        RawResponse answer = server.send("GET /-/metrics HTTP/1.0\r\nHost: 127.0.0.1:3000\r\n\r\n");
        assertEquals(403, answer.status());
    }

    @Test
    void traceIsRefused() throws Exception {
        RawResponse answer = server.request("TRACE /-/live", "X-Secret: of the proxy in front");
        assertEquals(501, answer.status());
        assertFalse(answer.body().contains("of the proxy"), answer.body());
    }

    @Test
    void theMetricsTokenDoesNotAllowARestart() throws Exception {
        assertEquals(
                403,
                server.request("POST /-/restart", "Authorization: Bearer look").status());
        assertEquals(0, restarts.get());
    }

    @Test
    void aClientThatAcceptsOpenMetricsGetsThem() throws Exception {
        RawResponse answer = get(
                "/-/metrics",
                "Host: localhost\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        assertEquals(200, answer.status());
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.header("Content-Type"));
        assertTrue(answer.body().endsWith("# EOF\n"), answer.body());
    }

    private RawResponse get(String path, String headers) throws Exception {
        return server.send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
    }

    @Test
    void anEmptyAcceptInFrontDoesNotHideTheOneForOpenMetrics() throws Exception {
        RawResponse answer =
                get("/-/metrics", "Host: localhost\r\nAccept:\r\nAccept: application/openmetrics-text;version=1.0.0");
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.header("Content-Type"));
    }

    @Test
    void aGetChangesNothing() throws Exception {
        for (String change : List.of("restart", "drain", "resume")) {
            RawResponse answer = server.request("GET /-/" + change);
            assertEquals(405, answer.status());
            assertEquals("POST", answer.header("Allow"));
        }
        assertEquals(LifecyclePhase.SERVING, phase);
        assertEquals(404, server.request("POST /-/ready").status());
        assertEquals(0, restarts.get());
    }

    private record Idle(Traffic traffic) implements RuntimeStats {
        @Override
        public int waiting() {
            return 0;
        }

        @Override
        public List<SlotSnapshot> slots() {
            return List.of();
        }

        @Override
        public List<SlotSnapshot.Output> output() {
            return List.of();
        }

        @Override
        public boolean givenUp() {
            return false;
        }

        @Override
        public boolean draining() {
            return true;
        }

        @Override
        public long restarts(RestartCause cause) {
            return 0;
        }

        @Override
        public List<BlockedRequest> blocked() {
            return List.of();
        }

        @Override
        public CacheStatistics cache() {
            return new CacheStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public Build build() {
            return new Build("1", "2", "3", Instant.EPOCH);
        }
    }

    @Test
    void aClientWithATokenMayPurgeAPathOrAll() throws Exception {
        String header = "Authorization: Bearer secret";
        RawResponse answer = server.request("POST /-/purge?path=/a%20b%2Fc%25&other=1", header);
        assertEquals(200, answer.status());
        assertEquals("3 responses were removed from the cache\n", answer.body());
        assertEquals(200, server.request("POST /-/purge", header).status());
        assertEquals(List.of(Optional.of("/a%20b%2Fc%25"), Optional.empty()), purged);
        cached = false;
        assertEquals(409, server.request("POST /-/purge", header).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/-/purge?", "/-/purge?path=", "/-/purge?path=a", "/-/purge?pat=/a"})
    void aMalformedPurgeQueryIsRefused(String target) throws Exception {
        assertEquals(
                400,
                server.request("POST " + target, "Authorization: Bearer secret").status());
        assertEquals(List.of(), purged);
    }

    @Test
    void aClientWithoutATokenMayNotPurge() throws Exception {
        assertEquals(403, server.request("POST /-/purge?path=/a").status());
        assertEquals(
                405,
                server.request("GET /-/purge?path=/a", "Authorization: Bearer secret")
                        .status());
        assertEquals(List.of(), purged);
    }

    private final class Workers implements AdminOperations {
        @Override
        public HealthReport health() {
            return new HealthReport(phase, false, slots);
        }

        @Override
        public boolean restart() {
            if (ours) {
                restarts.incrementAndGet();
            }
            return ours;
        }

        @Override
        public Optional<Integer> purge(Optional<String> path) {
            purged.add(path);
            return cached ? Optional.of(3) : Optional.empty();
        }

        @Override
        public LifecyclePhase phase() {
            return phase;
        }

        @Override
        public void beginDrain() {
            phase = LifecyclePhase.DRAINING;
        }

        @Override
        public boolean endDrain() {
            if (phase == LifecyclePhase.STOPPING) {
                return false;
            }
            phase = LifecyclePhase.SERVING;
            return true;
        }
    }
}
