package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.UpstreamError;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a deployment in the JVM's MBean server as {@code dev.vtsbasic:type=Host,context="/shop"}, from
 * {@link #register} to {@link #close}. Safe for any number of threads.
 */
public final class JmxRegistration implements HostMXBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JmxRegistration.class);

    /**
     * How many deployments of one context path get a name, the second one with {@code copy=2}. Several virtual hosts,
     * or several versions of an application, may have the same context path.
     */
    private static final int MAX_COPIES = 100;

    private final AdminOperations operations;
    private final RuntimeStats stats;
    private final String contextPath;
    private ObjectName name;
    private boolean closed;

    /** @param contextPath empty for the root context */
    public JmxRegistration(AdminOperations operations, RuntimeStats stats, String contextPath) {
        this.operations = operations;
        this.stats = stats;
        this.contextPath = contextPath.isEmpty() ? "/" : contextPath;
    }

    /**
     * Does nothing after {@link #close}, because another thread may call this late. Errors of the MBean server are
     * logged, not thrown.
     */
    public synchronized void register() {
        if (closed) {
            return;
        }
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            for (int copy = 1; copy <= MAX_COPIES; copy++) {
                try {
                    name = beans.registerMBean(this, name(copy)).getObjectName();
                    return;
                } catch (InstanceAlreadyExistsException e) {
                    LOG.debug("Another deployment has this name", e);
                }
            }
            Event.JMX_UNAVAILABLE.log(
                    LOG,
                    "JMX does not show this deployment: {problem}",
                    MAX_COPIES + " others have the context path " + contextPath);
        } catch (JMException | RuntimeException e) {
            Event.JMX_UNAVAILABLE.log(LOG, "JMX does not show this deployment: {problem}", e.getMessage());
        }
    }

    private ObjectName name(int copy) throws JMException {
        return new ObjectName(
                "dev.vtsbasic:type=Host,context=" + ObjectName.quote(contextPath) + (copy == 1 ? "" : ",copy=" + copy));
    }

    @Override
    public boolean isReady() {
        return operations.health().ready();
    }

    @Override
    public String getProblem() {
        return operations.health().problem().orElse("");
    }

    @Override
    public LifecyclePhase getPhase() {
        return operations.phase();
    }

    @Override
    public String getVersion() {
        return stats.build().version();
    }

    @Override
    public String getBunVersion() {
        return stats.build().bun();
    }

    @Override
    public String getBuild() {
        return stats.build().build();
    }

    @Override
    public WorkerBean[] getWorkers() {
        boolean givenUp = stats.givenUp();
        return stats.slots().stream().map(slot -> new WorkerBean(slot, givenUp)).toArray(WorkerBean[]::new);
    }

    @Override
    public Map<RestartCause, Long> getWorkerRestarts() {
        return counts(RestartCause.class, stats::restarts);
    }

    @Override
    public RequestStatsBean[] getRequests() {
        Traffic traffic = stats.traffic();
        Map<RequestKind, Long> inFlight = traffic.inFlight();
        return Arrays.stream(RequestKind.values())
                .map(kind -> new RequestStatsBean(traffic, kind, inFlight.getOrDefault(kind, 0L)))
                .toArray(RequestStatsBean[]::new);
    }

    @Override
    public int getRequestsWaiting() {
        return stats.waiting();
    }

    @Override
    public long getRequestsHeld() {
        return stats.traffic().held();
    }

    @Override
    public long getRequestsRetried() {
        return stats.traffic().retried();
    }

    @Override
    public Map<ShedReason, Long> getRequestsShed() {
        return counts(ShedReason.class, stats.traffic()::shed);
    }

    @Override
    public Map<UpstreamError, Long> getUpstreamErrors() {
        return counts(UpstreamError.class, stats.traffic()::upstreamErrors);
    }

    @Override
    public Map<ContentCoding, Long> getAssetResponses() {
        return counts(
                ContentCoding.class,
                coding -> Arrays.stream(AssetOutcome.values())
                        .filter(outcome -> outcome != AssetOutcome.UNKNOWN)
                        .mapToLong(outcome -> stats.traffic().assets(coding, outcome))
                        .sum());
    }

    @Override
    public long getAssetsNotModified() {
        return Arrays.stream(ContentCoding.values())
                .mapToLong(coding -> stats.traffic().assets(coding, AssetOutcome.NOT_MODIFIED))
                .sum();
    }

    @Override
    public long getUnknownAssets() {
        return stats.traffic().assets(ContentCoding.IDENTITY, AssetOutcome.UNKNOWN);
    }

    private static <E extends Enum<E>> Map<E, Long> counts(Class<E> type, ToLongFunction<E> count) {
        Map<E, Long> counts = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            counts.put(constant, count.applyAsLong(constant));
        }
        return counts;
    }

    @Override
    public boolean restart() {
        return operations.restart();
    }

    @Override
    public void drain() {
        operations.beginDrain();
    }

    @Override
    public boolean resume() {
        return operations.endDrain();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (name != null) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
            } catch (JMException | RuntimeException e) {
                LOG.debug("{} is gone already", name, e);
            }
            name = null;
        }
    }
}
