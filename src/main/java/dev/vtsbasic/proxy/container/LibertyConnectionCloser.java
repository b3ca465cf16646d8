package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.WebConnection;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Open Liberty keeps to itself; its classes are found at run time, so that no other container needs them. */
final class LibertyConnectionCloser {
    private static final Logger LOG = LoggerFactory.getLogger(LibertyConnectionCloser.class);
    private static final String NAME = "com.ibm.ws.webcontainer31.upgrade.UpgradedWebConnectionImpl";

    private LibertyConnectionCloser() {}

    static boolean isClassName(String name) {
        return name.startsWith("com.ibm.") || name.startsWith("io.openliberty.");
    }

    /** Whether it has read octets of a body that {@link ServletInputStream#available} does not count yet. */
    static boolean hasUnparsed(ServletInputStream body) {
        if (!isClassName(body.getClass().getName())) {
            return false;
        }
        try {
            Object stream = ContainerInternals.valueOf("in", body);
            Object context = ContainerInternals.valueOf("isc", stream);
            Object buffer = ContainerInternals.invoke("getReadBuffer", context);
            return buffer != null && (boolean) ContainerInternals.invoke("hasRemaining", buffer);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("This Liberty is not as expected", e);
            return true;
        }
    }

    /**
     * Closes an upgraded connection, which {@link WebConnection#close} leaves open for as long as a {@link
     * jakarta.servlet.ReadListener} waits for bytes. The link below it closes at once.
     *
     * @return whether this was such a connection, and is closed
     */
    static boolean close(WebConnection connection) {
        if (!connection.getClass().getName().equals(NAME)) {
            return false;
        }
        try {
            Object link = connection.getClass().getMethod("getDeviceConnLink").invoke(connection);
            Object channels =
                    connection.getClass().getMethod("getVirtualConnection").invoke(connection);
            connection.close();
            for (Method method : link.getClass().getMethods()) {
                if (method.getName().equals("close")
                        && method.getParameterCount() == 2
                        && !Modifier.isAbstract(method.getModifiers())) {
                    method.invoke(link, channels, null);
                    return true;
                }
            }
        } catch (Exception e) {
            LOG.debug("This Liberty is not as expected", e);
        }
        return false;
    }
}
