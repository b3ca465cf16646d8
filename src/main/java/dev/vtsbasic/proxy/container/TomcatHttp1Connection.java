package dev.vtsbasic.proxy.container;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of HTTP/1 in Tomcat. To find out whether the client has left, it asks Tomcat for available bytes and
 * allows it to read, by which Tomcat notices the end of the connection.
 */
final class TomcatHttp1Connection implements ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(TomcatHttp1Connection.class);

    private final HttpServletRequest request;
    private final boolean upgradable;
    private final Object catalinaRequest;
    private final Object coyoteRequest;
    private final TomcatActions actions;

    TomcatHttp1Connection(HttpServletRequest request, Object catalinaRequest, Object coyoteRequest, boolean upgradable)
            throws ReflectiveOperationException {
        this.request = request;
        this.catalinaRequest = catalinaRequest;
        this.coyoteRequest = coyoteRequest;
        this.upgradable = upgradable;
        actions = new TomcatActions(coyoteRequest);
    }

    /**
     * False once bytes of the next request have arrived, because the client that sent them is there. Tomcat must not
     * look for the end of the connection then, because it would read on and lose those bytes of the next request.
     */
    @Override
    public boolean isGone() {
        try {
            Object input = ContainerInternals.valueOf("inputBuffer", ContainerInternals.valueOf("hook", coyoteRequest));
            return !hasMore(input) && actions.available() > 0 && !hasMore(input);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Whether the client has left cannot be seen", e);
            return false;
        }
    }

    /** Whether Tomcat holds bytes that follow what it has read of the body. */
    private static boolean hasMore(Object input) throws ReflectiveOperationException {
        if (((ByteBuffer) ContainerInternals.valueOf("byteBuffer", input)).hasRemaining()) {
            return true;
        }
        int last = (int) ContainerInternals.valueOf("lastActiveFilter", input);
        if (last < 0) {
            return false;
        }
        Object filter = ((Object[]) ContainerInternals.valueOf("activeFilters", input))[last];
        return switch (filter.getClass().getSimpleName()) {
            case "VoidInputFilter" -> false;
            case "IdentityInputFilter" -> (long) ContainerInternals.valueOf("remaining", filter) < 0;
            case "ChunkedInputFilter" ->
                hasRemaining(ContainerInternals.valueOf("readChunk", filter))
                        || hasRemaining(ContainerInternals.valueOf("trailingHeaders", filter));
            default -> true;
        };
    }

    private static boolean hasRemaining(Object octets) {
        return octets instanceof ByteBuffer buffer && buffer.hasRemaining();
    }

    @Override
    public boolean hasInput(ServletInputStream body) {
        return actions.hasInput(body);
    }

    @Override
    public boolean hasExplicitContinue() {
        return true;
    }

    @Override
    public boolean sendContinue(ServletInputStream body) {
        actions.sendContinue();
        return true;
    }

    /**
     * Needed because Tomcat turns its own error page into a 500 when the request ends before the thread that it came on
     * has returned.
     */
    @Override
    public boolean removeContainerError() {
        try {
            Object response = ContainerInternals.invoke("getResponse", catalinaRequest);
            ContainerInternals.invoke("resetError", response);
            response.getClass().getMethod("setSuspended", boolean.class).invoke(response, false);
            coyoteRequest
                    .getClass()
                    .getMethod("setErrorException", Exception.class)
                    .invoke(coyoteRequest, (Object) null);
            request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Tomcat responds by itself", e);
            return false;
        }
    }

    /**
     * Stops Tomcat from reading the rest of the body after the response, because Tomcat would wait for bytes that the
     * client never sends.
     */
    @Override
    public void dropInput() {
        try {
            Object processor = ContainerInternals.valueOf("hook", coyoteRequest);
            Object output = ContainerInternals.valueOf("outputBuffer", processor);
            if (!(boolean) ContainerInternals.valueOf("ackSent", output)) {
                Object input = ContainerInternals.valueOf("inputBuffer", processor);
                ContainerInternals.field("swallowInput", input.getClass()).setBoolean(input, false);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Tomcat waits for a body that the client does not send", e);
        }
    }

    /**
     * Reads up to the connector's {@code maxSwallowSize}, by default 2 MiB. Does nothing on a connection that stays
     * open, because Tomcat reads the rest itself there.
     */
    @Override
    public void readRest() throws IOException {
        try {
            Object processor = ContainerInternals.valueOf("hook", coyoteRequest);
            if (!(boolean) ContainerInternals.valueOf("keepAlive", processor)) {
                Object input = ContainerInternals.valueOf("inputBuffer", processor);
                ContainerInternals.invoke("endRequest", input);
                ContainerInternals.field("swallowInput", input.getClass()).setBoolean(input, false);
            }
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    @Override
    public boolean canEndRequest() {
        // Tomcat accepts an upgrade only on the thread on which it called the servlet.
        return upgradable && !request.isAsyncStarted() && !compresses();
    }

    /** Whether the connector compresses; then the rest of the response must pass through it. */
    private boolean compresses() {
        try {
            Object connector = ContainerInternals.invoke("getConnector", catalinaRequest);
            Method property = connector.getClass().getMethod("getProperty", String.class);
            return !"off".equals(property.invoke(connector, "compression"));
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Upgrades, which Tomcat allows after a head of any status, not only after a 101; it then releases the request. */
    @Override
    public <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException {
        try {
            return request.upgrade(handler);
        } catch (ServletException e) {
            throw new IOException(e);
        }
    }

    @Override
    public boolean cut() {
        return actions.closeNow();
    }

    @Override
    public void resetWhenClosed() {
        try {
            channel().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            LOG.debug("The connection cannot be reset", e);
        }
    }

    @Override
    public void endInput() {
        try {
            channel().shutdownInput();
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            LOG.debug("The connection's input cannot be ended", e);
        }
    }

    @Override
    public void endOutput() {
        try {
            channel().shutdownOutput();
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            LOG.debug("The connection's output cannot be ended", e);
        }
    }

    private SocketChannel channel() throws ReflectiveOperationException {
        Object wrapper =
                ContainerInternals.invoke("getSocketWrapper", ContainerInternals.valueOf("hook", coyoteRequest));
        return (SocketChannel)
                ContainerInternals.invoke("getIOChannel", ContainerInternals.invoke("getSocket", wrapper));
    }
}
