package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses internals of Undertow, the server in WildFly, to end a request. Its classes are found by reflection, so that
 * other containers do not need them.
 */
final class UndertowConnection {
    private static final Logger LOG = LoggerFactory.getLogger(UndertowConnection.class);

    private final Object exchange;

    private UndertowConnection(Object exchange) {
        this.exchange = exchange;
    }

    static boolean isClassName(String name) {
        return name.startsWith("io.undertow.");
    }

    /** @param request the container's own, not a wrapper */
    static Optional<UndertowConnection> of(ServletRequest request) {
        if (!isClassName(request.getClass().getName())) {
            return Optional.empty();
        }
        try {
            return Optional.of(new UndertowConnection(ContainerInternals.invoke("getExchange", request)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("This Undertow is not as expected", e);
            return Optional.empty();
        }
    }

    /**
     * Ends a request whose body the client was not told to send, because Undertow waits for the end of a chunked body
     * on a channel that it has closed, and never closes the connection. Does nothing on a persistent connection,
     * because Undertow would parse bytes that the client still sends of the body as its next request.
     */
    void endRequest() {
        try {
            if ((boolean) ContainerInternals.invoke("isPersistent", exchange)) {
                return;
            }
            Class<?> exchanges = exchange.getClass();
            exchanges
                    .getClassLoader()
                    .loadClass("io.undertow.server.Connectors")
                    .getMethod("terminateRequest", exchanges)
                    .invoke(null, exchange);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Undertow waits for a body that the client does not send", e);
        }
    }
}
