package dev.vtsbasic.manage;

import static dev.vtsbasic.manage.ManagementTestServer.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may read, and who may change something. */
class ManagementAccessTest {
    private final FakeOperations operations = new FakeOperations();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = ManagementTestServer.start(operations);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A proxy on this machine may keep the Host and add nothing at all. */
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
        operations.phase = LifecyclePhase.DRAINING;
        assertEquals(403, server.request("POST /-/resume", header).status());
        assertEquals(0, operations.restarts.get());
        assertEquals(LifecyclePhase.DRAINING, operations.phase);
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
        RawResponse response = get(server, "/-/metrics", header);
        assertEquals(200, response.status());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", response.header("Content-Type"));
        assertTrue(response.body().contains("\nvts_workers{state=\"ready\"} 0.0\n"), response.body());
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
        RawResponse response = get(server, "/-/metrics", header);
        assertEquals(403, response.status());
        assertTrue(response.body().contains("VTS_MANAGEMENT_NETWORKS"), response.body());
        assertTrue(response.body().contains("VTS_METRICS_TOKEN"), response.body());
        assertEquals(200, get(server, "/-/live", header).status());
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
        try (TestServer other = ManagementTestServer.start(access, operations)) {
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
        RawResponse response = server.send("GET /-/metrics HTTP/1.0\r\nHost: 127.0.0.1:3000\r\n\r\n");
        assertEquals(403, response.status());
    }

    @Test
    void traceIsRefused() throws Exception {
        RawResponse response = server.request("TRACE /-/live", "X-Secret: of the proxy in front");
        assertEquals(501, response.status());
        assertFalse(response.body().contains("of the proxy"), response.body());
    }

    @Test
    void theMetricsTokenDoesNotAllowARestart() throws Exception {
        assertEquals(
                403,
                server.request("POST /-/restart", "Authorization: Bearer look").status());
        assertEquals(0, operations.restarts.get());
    }

    @Test
    void aClientWithoutATokenMayNotPurge() throws Exception {
        assertEquals(403, server.request("POST /-/purge?path=/a").status());
        assertEquals(
                405,
                server.request("GET /-/purge?path=/a", "Authorization: Bearer secret")
                        .status());
        assertEquals(List.of(), operations.purged);
    }
}
