package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What restart, drain, resume and purge do. */
class ManagementOperationsTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"secret", "own"})
    void aClientWithATokenMayRestart(String word) throws Exception {
        String header = "Authorization: Bearer " + word;
        assertEquals(202, server.request("POST /-/restart", header).status());
        assertEquals(1, operations.restarts.get());
        operations.ours = false;
        assertEquals(409, server.request("POST /-/restart", header).status());
    }

    @Test
    void aClientWithATokenMayDrainAndResume() throws Exception {
        String header = "Authorization: Bearer secret";
        for (int i = 0; i < 2; i++) {
            assertEquals(200, server.request("POST /-/drain", header).status());
            assertEquals(LifecyclePhase.DRAINING, operations.phase);
        }
        for (int i = 0; i < 2; i++) {
            assertEquals(200, server.request("POST /-/resume", header).status());
            assertEquals(LifecyclePhase.SERVING, operations.phase);
        }
        operations.phase = LifecyclePhase.STOPPING;
        assertEquals(409, server.request("POST /-/resume", header).status());
    }

    @Test
    void aClientWithATokenMayPurgeAPathOrAll() throws Exception {
        String header = "Authorization: Bearer secret";
        RawResponse response = server.request("POST /-/purge?path=/a%20b%2Fc%25&other=1", header);
        assertEquals(200, response.status());
        assertEquals("3 responses were removed from the cache\n", response.body());
        assertEquals(200, server.request("POST /-/purge", header).status());
        assertEquals(List.of(Optional.of("/a%20b%2Fc%25"), Optional.empty()), operations.purged);
        operations.cached = false;
        assertEquals(409, server.request("POST /-/purge", header).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/-/purge?", "/-/purge?path=", "/-/purge?path=a", "/-/purge?pat=/a"})
    void aMalformedPurgeQueryIsRefused(String target) throws Exception {
        assertEquals(
                400,
                server.request("POST " + target, "Authorization: Bearer secret").status());
        assertEquals(List.of(), operations.purged);
    }

    @Test
    void aGetChangesNothing() throws Exception {
        for (String change : List.of("restart", "drain", "resume")) {
            RawResponse response = server.request("GET /-/" + change);
            assertEquals(405, response.status());
            assertEquals("POST", response.header("Allow"));
        }
        assertEquals(LifecyclePhase.SERVING, operations.phase);
        assertEquals(404, server.request("POST /-/ready").status());
        assertEquals(0, operations.restarts.get());
    }
}
