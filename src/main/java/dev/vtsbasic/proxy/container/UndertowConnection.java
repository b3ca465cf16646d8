package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Undertow, the server in WildFly, keeps to itself; its classes are found at run time, so that no other container
 * needs them.
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

    /** @param request the container's own */
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
     * Ends a request whose body the client was not told to send. Undertow waits for the end of a chunked one on a channel
     * that it has closed, and never closes the connection. On one that is kept nothing happens: what the client still sends
     * would be taken for its next request.
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
            LOG.debug("Undertow waits for a body that nobody sends", e);
        }
    }
}
