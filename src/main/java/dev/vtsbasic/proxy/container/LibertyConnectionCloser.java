package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.WebConnection;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses internals of Open Liberty: finds unparsed bytes of a body and closes upgraded connections. Its classes are found
 * by reflection, so that other containers do not need them.
 */
final class LibertyConnectionCloser {
    private static final Logger LOG = LoggerFactory.getLogger(LibertyConnectionCloser.class);
    private static final String NAME = "com.ibm.ws.webcontainer31.upgrade.UpgradedWebConnectionImpl";

    private LibertyConnectionCloser() {}

    static boolean isClassName(String name) {
        return name.startsWith("com.ibm.") || name.startsWith("io.openliberty.");
    }

    /**
     * Whether Liberty has read bytes of a body that {@link ServletInputStream#available} does not count yet; true if
     * that cannot be found out.
     */
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
     * Closes an upgraded connection through the link below it, because {@link WebConnection#close} leaves the
     * connection open while a {@link jakarta.servlet.ReadListener} waits for bytes.
     *
     * @return whether this was a connection of Liberty's and is closed now
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
