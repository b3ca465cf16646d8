package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A client's connection in a container that does not show when a client leaves: {@link ProcNetTcp} shows it instead.
 * The container's addresses may not be those of the TCP connection, if a proxy stands in front, so that a connection
 * that was never found does not count as closed.
 */
public final class LinuxTcpConnection implements ClientConnection {
    /** Formatted on demand, because most requests end before it is needed. */
    private final Supplier<String> name;

    private final long since = System.nanoTime();
    private final ProcNetTcp connections;
    private final Input input;
    private final Optional<UndertowConnection> undertow;
    private boolean awaitsFirst;
    private boolean seen;
    private long missed = -1;

    /** What a container does with a body before the servlet reads it. */
    public enum Input {
        /**
         * {@link ServletInputStream#available} reads what has arrived, does not wait, and sends {@code 100 Continue}.
         */
        READ,
        /**
         * It sends {@code 100 Continue} before it calls the servlet, and counts what arrived with the head as
         * available.
         */
        ASKED,
        /** Not known: a read of the body may wait for the client, and may be what sends {@code 100 Continue}. */
        UNKNOWN;

        static Input of(ServletRequest request, boolean secure) {
            String container = request.getClass().getName();
            if (container.startsWith("org.eclipse.jetty.") || UndertowConnection.isClassName(container)) {
                return READ;
            }
            // With TLS, neither the container nor Linux shows the bytes that wait in the TLS layer.
            return !secure && (LibertyConnectionCloser.isClassName(container) || isOnGrizzly(request))
                    ? ASKED
                    : UNKNOWN;
        }

        /** Whether the container is Payara or GlassFish, whose request class has the name of Tomcat's. */
        private static boolean isOnGrizzly(ServletRequest request) {
            try {
                Object connector =
                        ContainerInternals.invoke("getCoyoteRequest", ContainerInternals.valueOf("request", request));
                return connector.getClass().getName().startsWith("org.glassfish.grizzly.");
            } catch (ReflectiveOperationException | RuntimeException e) {
                return false;
            }
        }
    }

    public LinuxTcpConnection(
            String localAddress,
            int localPort,
            String remoteAddress,
            int remotePort,
            ProcNetTcp connections,
            Input input,
            Optional<UndertowConnection> undertow) {
        this.undertow = undertow;
        this.input = input;
        this.name = () -> ProcNetTcp.nameOf(localAddress, localPort, remoteAddress, remotePort);
        this.connections = connections;
    }

    @Override
    public boolean isGone() {
        ProcNetTcp.Observation observation = connections.look(name.get(), since);
        return observation.state() == ProcNetTcp.State.CLOSED || isMissing(observation) && seen;
    }

    /**
     * Whether the connection was absent from two readings of the table in a row, as after a reset. One reading could
     * miss a connection, because the table may change meanwhile.
     */
    private boolean isMissing(ProcNetTcp.Observation observation) {
        if (observation.state() == ProcNetTcp.State.UNKNOWN) {
            return false;
        }
        if (observation.state() != ProcNetTcp.State.ABSENT) {
            seen |= observation.state() == ProcNetTcp.State.OPEN;
            missed = -1;
            return false;
        }
        boolean again = missed >= 0 && missed != observation.reading();
        missed = observation.reading();
        return again;
    }

    @Override
    public boolean isStream() {
        return false;
    }

    /** True after a failure, because the read will then report it. */
    @Override
    public boolean hasInput(ServletInputStream body) {
        try {
            return switch (input) {
                case READ -> body.available() > 0 || body.isFinished() || hasEnd(body);
                case ASKED -> !awaitsFirst || hasFirst(body);
                case UNKNOWN -> true;
            };
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public boolean tellsInput() {
        return input == Input.READ;
    }

    /** Whether the first bytes of the body have arrived, in the container or in the system's socket. */
    private boolean hasFirst(ServletInputStream body) throws IOException {
        awaitsFirst = body.available() == 0
                && !body.isFinished()
                && !LibertyConnectionCloser.hasUnparsed(body)
                && !hasUnread();
        return !awaitsFirst;
    }

    private boolean hasUnread() {
        ProcNetTcp.Observation observation = connections.lookForInput(name.get(), since);
        return observation.unread() || observation.state() == ProcNetTcp.State.CLOSED || isMissing(observation);
    }

    /** Whether Jetty already knows the body's end or an error in it, before it reports the body as finished. */
    private static boolean hasEnd(ServletInputStream body) {
        try {
            return body.getClass().getName().startsWith("org.eclipse.jetty.")
                    && (boolean) ContainerInternals.invoke("hasContent", body);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    @Override
    public boolean isContinuedByHand() {
        return false;
    }

    @Override
    public boolean sendContinue(ServletInputStream body) {
        awaitsFirst = true;
        hasInput(body);
        return input != Input.UNKNOWN;
    }

    /**
     * Only Undertow needs help: other containers close the connection after a response with {@code Connection: close}.
     */
    @Override
    public void dropInput() {
        undertow.ifPresent(UndertowConnection::endRequest);
    }

    @Override
    public boolean takeBackError() {
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
    public boolean cut() {
        return false;
    }

    @Override
    public void resetWhenClosed() {
        // These containers offer no way to reset a connection.
    }

    @Override
    public void endInput() {
        // The container's own timeout ends the read.
    }

    @Override
    public void endOutput() {
        // The container's own timeout ends the write.
    }
}
