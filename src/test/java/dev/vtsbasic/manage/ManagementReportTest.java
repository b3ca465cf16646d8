package dev.vtsbasic.manage;

import static dev.vtsbasic.manage.FakeOperations.slot;
import static dev.vtsbasic.manage.ManagementTestServer.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotState;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What live, ready and metrics say. */
class ManagementReportTest {
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

    @Test
    void oneWorkerThatAnswersIsEnough() throws Exception {
        operations.slots = List.of(slot(1, SlotState.PAUSING, RestartCause.HUNG), slot(2, SlotState.READY));
        RawResponse response = server.request("GET /-/ready");
        assertEquals(200, response.status());
        assertEquals("application/json", response.header("Content-Type"));
        assertEquals(
                "{\"status\":\"UP\",\"checks\":["
                        + "{\"name\":\"service\",\"status\":\"UP\",\"data\":{\"phase\":\"serving\",\"workers\":2,\"answering\":1}},"
                        + "{\"name\":\"worker-1\",\"status\":\"DOWN\",\"data\":{\"state\":\"pausing\","
                        + "\"problem\":\"The last one hung and was killed; the log says why\"}},"
                        + "{\"name\":\"worker-2\",\"status\":\"UP\",\"data\":{\"state\":\"ready\"}}]}",
                response.body());
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
        operations.phase = phase;
        operations.slots = List.of(slot(1, state, RestartCause.CRASHED), slot(2, state, RestartCause.CRASHED));
        RawResponse response = server.request("GET /-/ready");
        assertEquals(503, response.status());
        assertTrue(response.body().startsWith("{\"status\":\"DOWN\","), response.body());
        assertTrue(response.body().contains("\"problem\":\"" + why + "\"}},{\"name\":\"worker-1\""), response.body());
        assertEquals(200, server.request("GET /-/live").status());
    }

    @Test
    void aStartIsNotReportedAsAFailure() {
        HealthReport health = new HealthReport(LifecyclePhase.SERVING, true, List.of(slot(1, SlotState.STARTING)));
        assertEquals(Optional.of("Starting: no worker has responded yet"), health.problem());
        assertTrue(health.json().endsWith("\"data\":{\"state\":\"starting\"}}]}"), health.json());
    }

    @Test
    void aClientThatAcceptsOpenMetricsGetsThem() throws Exception {
        RawResponse response = get(
                server,
                "/-/metrics",
                "Host: localhost\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        assertEquals(200, response.status());
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", response.header("Content-Type"));
        assertTrue(response.body().endsWith("# EOF\n"), response.body());
    }

    @Test
    void anEmptyAcceptInFrontDoesNotHideTheOneForOpenMetrics() throws Exception {
        RawResponse response = get(
                server,
                "/-/metrics",
                "Host: localhost\r\nAccept:\r\nAccept: application/openmetrics-text;version=1.0.0");
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", response.header("Content-Type"));
    }
}
