package dev.vtsbasic.manage;

import dev.vtsbasic.log.Event;
import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A deployment in the JVM's MBean server, as {@code dev.vtsbasic:type=Host,context="/shop"}, from {@link #register} to
 * {@link #close}. Safe for any number of threads.
 */
public final class ManagedHost implements HostMXBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedHost.class);

    /** Of the same context path: on other virtual hosts, or other versions. */
    private static final int MOST_COPIES = 100;

    private final Operations operations;
    private final String contextPath;
    private ObjectName name;
    private boolean closed;

    /** @param contextPath empty at the root */
    public ManagedHost(Operations operations, String contextPath) {
        this.operations = operations;
        this.contextPath = contextPath.isEmpty() ? "/" : contextPath;
    }

    public synchronized void register() {
        if (closed) {
            return;
        }
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            for (int copy = 1; copy <= MOST_COPIES; copy++) {
                try {
                    name = beans.registerMBean(this, name(copy)).getObjectName();
                    return;
                } catch (InstanceAlreadyExistsException e) {
                    LOG.debug("Another deployment has this name", e);
                }
            }
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
        return operations.ready();
    }

    @Override
    public String getProblem() {
        return operations.problem().orElse("");
    }

    @Override
    public int getWorkers() {
        return operations.workers().size();
    }

    @Override
    public String[] getWorkerStates() {
        return operations.workers().toArray(String[]::new);
    }

    @Override
    public boolean restart() {
        return operations.restart();
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
