package dev.vtsbasic.manage.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
import dev.vtsbasic.bun.SlotState;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.HealthReport;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As any JMX client sees it. */
@Tag("java")
class JmxRegistrationTest {
    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final TrafficFilter traffic = new TrafficFilter(List.of(), Optional.empty());
    private final Instant started = Instant.ofEpochMilli(1_700_000_000_123L);
    private final String path = "/" + UUID.randomUUID();
    private volatile LifecyclePhase phase = LifecyclePhase.SERVING;
    private JmxRegistration host;
    private ObjectName name;

    @BeforeEach
    void register() throws Exception {
        host = new JmxRegistration(new Some(), new Seen(), path);
        host.register();
        name = new ObjectName("dev.vtsbasic:type=Host,context=" + ObjectName.quote(path));
    }

    @AfterEach
    void close() {
        host.close();
        assertTrue(!beans.isRegistered(name));
    }

    @Test
    void aSlotWithAWorkerAndOneWithoutAreComposites() throws Exception {
        CompositeData[] workers = (CompositeData[]) beans.getAttribute(name, "Workers");
        assertEquals(2, workers.length);
        assertEquals("READY", workers[0].get("state"));
        assertEquals("worker-1-3", workers[0].get("name"));
        assertEquals(4711L, workers[0].get("pid"));
        assertEquals(90_000_000L, workers[0].get("residentMemoryBytes"));
        assertEquals(1.5, workers[0].get("cpuSeconds"));
        assertEquals(Date.from(started), workers[0].get("started"));
        assertEquals(2, workers[1].get("place"));
        assertEquals("PAUSING", workers[1].get("state"));
        assertEquals("", workers[1].get("name"));
        assertNull(workers[1].get("started"));
        assertEquals(7L, entries("WorkerRestarts").get("HUNG"));
        assertEquals(0L, entries("WorkerRestarts").get("CRASHED"));
    }

    @Test
    void requestsAreCountedByKind() throws Exception {
        try (TestServer server = TestServer.start(context -> {
            context.addFilter("traffic", traffic)
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            context.addServlet("app", new App()).addMapping("/*");
        })) {
            for (String target : List.of("GET /200", "POST /200", "GET /404", "GET /500", "GET /503", "GET /503")) {
                server.request(target);
            }
        }
        CompositeData proxied = Arrays.stream((CompositeData[]) beans.getAttribute(name, "Requests"))
                .filter(kind -> kind.get("kind").equals("PROXIED"))
                .findFirst()
                .orElseThrow();
        assertEquals(6L, proxied.get("ended"));
        assertEquals(1L, proxied.get("clientErrors"));
        assertEquals(3L, proxied.get("serverErrors"));
        assertEquals(0L, proxied.get("unanswered"));
        assertEquals(0L, proxied.get("inFlight"));
        assertTrue((double) proxied.get("secondsToFirstByte") > 0);
        assertEquals(
                Set.of("HOLD_QUEUE", "THREADS", "CONCURRENCY", "MEMORY", "RATE_LIMIT", "MAINTENANCE"),
                entries("RequestsShed").keySet());
        assertEquals(3, beans.getAttribute(name, "RequestsWaiting"));
        assertEquals("1.2.3", beans.getAttribute(name, "Version"));
    }

    @Test
    void aDrainIsBegunAndEnded() throws Exception {
        assertEquals(true, beans.getAttribute(name, "Ready"));
        assertEquals("", beans.getAttribute(name, "Problem"));
        beans.invoke(name, "drain", null, null);
        assertEquals("DRAINING", beans.getAttribute(name, "Phase"));
        assertEquals(false, beans.getAttribute(name, "Ready"));
        assertTrue(beans.getAttribute(name, "Problem").toString().contains("Draining"));
        assertEquals(true, beans.invoke(name, "resume", null, null));
        assertEquals(true, beans.getAttribute(name, "Ready"));
        assertEquals(false, beans.invoke(name, "restart", null, null));
    }

    @Test
    void aSecondDeploymentOfAPathGetsItsOwnName() throws Exception {
        ObjectName second = new ObjectName(name + ",copy=2");
        try (JmxRegistration other = new JmxRegistration(new Some(), new Seen(), path)) {
            other.register();
            beans.invoke(second, "drain", null, null);
            assertEquals(LifecyclePhase.DRAINING, phase);
        }
        assertTrue(!beans.isRegistered(second));
        assertTrue(beans.isRegistered(name));
    }

    @Test
    void aDeploymentAfterOneHundredOfItsPathIsLoggedAsMissing() {
        // A level and a handler of its own, because other tests silence the loggers above it.
        Logger logger = Logger.getLogger(JmxRegistration.class.getName());
        Queue<String> logged = new ConcurrentLinkedQueue<>();
        Handler handler = new StreamHandler() {
            @Override
            public void publish(LogRecord event) {
                logged.add(new SimpleFormatter().formatMessage(event));
            }
        };
        logger.setLevel(Level.WARNING);
        logger.addHandler(handler);
        List<JmxRegistration> others = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                JmxRegistration other = new JmxRegistration(new Some(), new Seen(), path);
                others.add(other);
                other.register();
            }
            assertTrue(logged.stream().anyMatch(sentence -> sentence.contains(path)), logged::toString);
        } finally {
            logger.removeHandler(handler);
            others.forEach(JmxRegistration::close);
        }
    }

    private Map<String, Object> entries(String attribute) throws Exception {
        return ((TabularData) beans.getAttribute(name, attribute))
                .values().stream()
                        .map(CompositeData.class::cast)
                        .collect(Collectors.toMap(entry -> (String) entry.get("key"), entry -> entry.get("value")));
    }

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(Integer.parseInt(request.getRequestURI().substring(1)));
        }
    }

    private final class Some implements AdminOperations {
        @Override
        public HealthReport health() {
            return new HealthReport(
                    phase, false, List.of(new SlotHealth("worker-1", SlotState.READY, Optional.empty())));
        }

        @Override
        public boolean restart() {
            return false;
        }

        @Override
        public Optional<Integer> purge(Optional<String> path) {
            return Optional.empty();
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
            phase = LifecyclePhase.SERVING;
            return true;
        }
    }

    private final class Seen implements RuntimeStats {
        @Override
        public Traffic traffic() {
            return traffic.traffic();
        }

        @Override
        public int waiting() {
            return 3;
        }

        @Override
        public List<SlotSnapshot> slots() {
            WorkerView worker = new WorkerView("worker-1-3", 4711, 90_000_000, Duration.ofMillis(1500), started, 12);
            return List.of(
                    new SlotSnapshot(1, Optional.of(worker), false, 0, List.of()),
                    new SlotSnapshot(2, Optional.empty(), false, 0, List.of()));
        }

        @Override
        public boolean givenUp() {
            return false;
        }

        @Override
        public long restarts(RestartCause cause) {
            return cause == RestartCause.HUNG ? 7 : 0;
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
        public List<SlotSnapshot.Output> output() {
            return List.of();
        }

        @Override
        public boolean draining() {
            return phase != LifecyclePhase.SERVING;
        }

        @Override
        public Build build() {
            return new Build("1.2.3", "4", "5", Instant.EPOCH);
        }
    }
}
