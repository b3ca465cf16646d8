package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.TestServer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementServletTest {
    private final AtomicInteger restarts = new AtomicInteger();
    private boolean ready = true;
    private boolean ours = true;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        ManagementServlet servlet = new ManagementServlet("/-", List.of("own", "secret"), new Workers());
        server = TestServer.start(
                context -> context.addServlet("management", servlet).addMapping("/-/*"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatIsNotReadySaysWhyWhenItStaysSo() throws Exception {
        assertEquals(200, server.request("GET /-/ready").status());
        ready = false;
        RawAnswer answer = server.request("GET /-/ready");
        assertEquals(503, answer.status());
        assertTrue(answer.body().contains("\"problem\":\"it crashes\""), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "own"})
    void whoHasAWordMayRestart(String word) throws Exception {
        String header = "Authorization: Bearer " + word;
        assertEquals(202, server.request("POST /-/restart", header).status());
        assertEquals(1, restarts.get());
        ours = false;
        assertEquals(409, server.request("POST /-/restart", header).status());
    }

    /** A proxy on this machine may keep the Host and add nothing at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {"Accept: */*", "X-Forwarded-For: 127.0.0.1", "Authorization: Bearer wrong", "Authorization: "})
    void othersMayNotAlsoFromThisMachine(String header) throws Exception {
        assertEquals(403, server.request("POST /-/restart", header).status());
        assertEquals(0, restarts.get());
    }

    @Test
    void askingIsNoOrder() throws Exception {
        RawAnswer answer = server.request("GET /-/restart");
        assertEquals(405, answer.status());
        assertEquals("POST", answer.header("Allow"));
        assertEquals(404, server.request("POST /-/ready").status());
        assertEquals(0, restarts.get());
    }

    private final class Workers implements Operations {
        @Override
        public List<String> workers() {
            return List.of();
        }

        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public Optional<String> problem() {
            return Optional.of("it crashes");
        }

        @Override
        public boolean restart() {
            if (ours) {
                restarts.incrementAndGet();
            }
            return ours;
        }
    }
}
