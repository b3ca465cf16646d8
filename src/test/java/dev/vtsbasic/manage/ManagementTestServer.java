package dev.vtsbasic.manage;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.manage.metrics.PrometheusMetrics;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A server with the management servlet at {@code /-} and the figures of a server that does nothing. */
final class ManagementTestServer {
    private ManagementTestServer() {}

    /** Starts one with tokens for all ("own", "secret") and for reading ("look"). */
    static TestServer start(AdminOperations operations) throws Exception {
        ManagementAccess access = new ManagementAccess(
                List.of("own", "secret"),
                Optional.of("look"),
                TestSettings.of("vts.management-networks", "127.0.0.9")
                        .management()
                        .networks(),
                List.of());
        return start(access, operations);
    }

    static TestServer start(ManagementAccess access, AdminOperations operations) throws Exception {
        TrafficFilter traffic = new TrafficFilter(List.of(), Optional.empty());
        ManagementServlet servlet = new ManagementServlet(
                "/-", access, operations, () -> new PrometheusMetrics(new Idle(traffic.traffic())));
        return TestServer.start(
                context -> context.addServlet("management", servlet).addMapping("/-/*"));
    }

    /** Sends a GET with these header lines, {@code Host} among them. */
    static RawResponse get(TestServer server, String path, String headers) throws Exception {
        return server.send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
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
}
