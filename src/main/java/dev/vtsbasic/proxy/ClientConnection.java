package dev.vtsbasic.proxy;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be asked of a client's connection besides reading and writing.
 *
 * <p>The Servlet API knows none of it. Tomcat does, embedded or not; its classes are found at run time, so that no other
 * container needs them. Elsewhere a client's leaving shows at the next write.
 */
interface ClientConnection {
    /** Whether the client closed it. May be called by any thread while the request lasts and its body is not being read. */
    boolean isGone();

    /** Whether {@link #endRequest} can be called. */
    boolean outlivesRequest();

    /**
     * Ends the request, whose answer has been sent so far; the connection stays open and is the handler's.
     *
     * @return the handler, which the container calls when it has given up the request
     */
    <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException;

    /** Makes the container's closing of it a reset, which even a client of HTTP/1.0 cannot take for an end. */
    void resetWhenClosed();

    static ClientConnection of(HttpServletRequest request, HttpServletResponse response, String protocol) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        if (innermost.getClass().getName().equals("org.apache.catalina.connector.RequestFacade")) {
            try {
                // Whoever wraps a request or its answer counts on both to go on until the end.
                boolean wrapped = innermost != request || response instanceof ServletResponseWrapper;
                return new OnTomcat((HttpServletRequest) innermost, !wrapped && protocol.equals("HTTP/1.1"));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LoggerFactory.getLogger(ClientConnection.class).debug("This Tomcat is not as expected", e);
            }
        }
        return new Unknown();
    }

    /** In a container that tells nothing. */
    final class Unknown implements ClientConnection {
        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public boolean outlivesRequest() {
            return false;
        }

        @Override
        public <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resetWhenClosed() {
            // A cut connection has to do.
        }
    }

    /** Asked for available bytes with permission to read, Tomcat finds the end of the connection. */
    final class OnTomcat implements ClientConnection {
        private static final Logger LOG = LoggerFactory.getLogger(OnTomcat.class);

        private final HttpServletRequest request;
        private final boolean upgradable;
        private final Object catalinaRequest;
        private final Object coyoteRequest;
        private final Method action;
        private final Object available;
        private final Method getAvailable;

        OnTomcat(HttpServletRequest facade, boolean upgradable) throws ReflectiveOperationException {
            request = facade;
            this.upgradable = upgradable;
            catalinaRequest = valueOf(facade.getClass().getDeclaredField("request"), facade);
            coyoteRequest = invoke(catalinaRequest, "getCoyoteRequest");
            Class<?> type = coyoteRequest.getClass();
            Class<?> actionCode = Class.forName("org.apache.coyote.ActionCode", true, type.getClassLoader());
            action = type.getMethod("action", actionCode, Object.class);
            available = actionCode.getField("AVAILABLE").get(null);
            getAvailable = type.getMethod("getAvailable");
        }

        /** An end of the connection is reported as input each time; a request that was sent ahead only once. */
        @Override
        public boolean isGone() {
            return availableBytes() > 0 && availableBytes() > 0;
        }

        private int availableBytes() {
            try {
                action.invoke(coyoteRequest, available, Boolean.TRUE);
                return (int) getAvailable.invoke(coyoteRequest);
            } catch (ReflectiveOperationException e) {
                return 0;
            }
        }

        @Override
        public boolean outlivesRequest() {
            // Tomcat takes an upgrade only from the thread it called the servlet on.
            return upgradable && !request.isAsyncStarted() && !compresses();
        }

        /** What it compresses it has to see. */
        private boolean compresses() {
            try {
                Object connector = invoke(catalinaRequest, "getConnector");
                Method property = connector.getClass().getMethod("getProperty", String.class);
                return !"off".equals(property.invoke(connector, "compression"));
            } catch (ReflectiveOperationException e) {
                return true;
            }
        }

        /** It takes an upgrade as well after any other head as after 101, and needs the request no more from then on. */
        @Override
        public <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException {
            try {
                return request.upgrade(handler);
            } catch (ServletException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void resetWhenClosed() {
            try {
                Object processor = valueOf(coyoteRequest.getClass().getDeclaredField("hook"), coyoteRequest);
                Object wrapper = invoke(processor, "getSocketWrapper");
                Object channel = invoke(invoke(wrapper, "getSocket"), "getIOChannel");
                ((NetworkChannel) channel).setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (ReflectiveOperationException | IOException | RuntimeException e) {
                LOG.debug("The connection cannot be reset", e);
            }
        }

        private static Object valueOf(Field field, Object object) throws ReflectiveOperationException {
            field.setAccessible(true);
            return field.get(object);
        }

        private static Object invoke(Object object, String name) throws ReflectiveOperationException {
            for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
                for (Method method : type.getDeclaredMethods()) {
                    if (method.getName().equals(name) && method.getParameterCount() == 0) {
                        method.setAccessible(true);
                        return method.invoke(object);
                    }
                }
            }
            throw new NoSuchMethodException(name);
        }
    }
}
