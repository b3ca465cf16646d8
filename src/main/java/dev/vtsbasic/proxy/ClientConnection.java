package dev.vtsbasic.proxy;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a client has closed its connection while nothing is read from it or written to it.
 *
 * <p>The Servlet API cannot tell. Tomcat can, embedded or not: asked for available bytes with permission to read, it
 * finds the end of the connection. It is found at run time, so that no class of Tomcat is needed elsewhere; there, a
 * client's leaving shows at the next write.
 */
final class ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final BooleanSupplier UNKNOWN = () -> false;

    private ClientConnection() {}

    /** A check that may be made by any thread while the request lasts and its body is not being read. */
    static BooleanSupplier goneCheck(ServletRequest request) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        if (!innermost.getClass().getName().equals("org.apache.catalina.connector.RequestFacade")) {
            return UNKNOWN;
        }
        try {
            return new TomcatCheck(innermost);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("This Tomcat does not tell whether a client left", e);
            return UNKNOWN;
        }
    }

    private static final class TomcatCheck implements BooleanSupplier {
        private final Object coyoteRequest;
        private final Method action;
        private final Object available;
        private final Method getAvailable;

        TomcatCheck(ServletRequest facade) throws ReflectiveOperationException {
            Field field = facade.getClass().getDeclaredField("request");
            field.setAccessible(true);
            Object request = field.get(facade);
            coyoteRequest = request.getClass().getMethod("getCoyoteRequest").invoke(request);
            Class<?> type = coyoteRequest.getClass();
            Class<?> actionCode = Class.forName("org.apache.coyote.ActionCode", true, type.getClassLoader());
            action = type.getMethod("action", actionCode, Object.class);
            available = actionCode.getField("AVAILABLE").get(null);
            getAvailable = type.getMethod("getAvailable");
        }

        /** An end of the connection is reported as input each time; a request that was sent ahead only once. */
        @Override
        public boolean getAsBoolean() {
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
    }
}
