package dev.vtsbasic.proxy.container;

import dev.vtsbasic.traffic.PublicOrigin;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A client's connection in a container that does not show when a client leaves: {@link ProcNetTcp} shows it instead. A
 * connection that was never found does not count as closed, because the container's addresses may differ from those of
 * the TCP connection if a proxy is in front.
 */
final class LinuxTcpConnection implements ClientConnection {
    /** Formatted on demand, because most requests end before it is needed. */
    private final Supplier<String> name;

    private final long since = System.nanoTime();
    private final ProcNetTcp connections;
    private final Input input;
    private final Optional<UndertowConnection> undertow;
    private boolean awaitsFirst;
    private boolean seen;
    private long missed = -1;

    /** How a container handles a body before the servlet reads it. */
    private enum Input {
        /**
         * {@link ServletInputStream#available} reads what has arrived, does not wait, and sends {@code 100 Continue}.
         */
        READ,
        /**
         * It sends {@code 100 Continue} before it calls the servlet, and counts what arrived with the head as
         * available.
         */
        CONTINUE_SENT,
        /** Not known: a read of the body may wait for the client, and may send {@code 100 Continue}. */
        UNKNOWN;

        static Input of(ServletRequest request, boolean secure) {
            String container = request.getClass().getName();
            if (container.startsWith("org.eclipse.jetty.") || UndertowConnection.isClassName(container)) {
                return READ;
            }
            // With TLS, neither the container nor Linux shows the bytes that wait in the TLS layer.
            return !secure && (LibertyConnectionCloser.isClassName(container) || isOnGrizzly(request))
                    ? CONTINUE_SENT
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

    private LinuxTcpConnection(
            Supplier<String> name, ProcNetTcp connections, Input input, Optional<UndertowConnection> undertow) {
        this.undertow = undertow;
        this.input = input;
        this.name = name;
        this.connections = connections;
    }

    /**
     * Reads the addresses of a request's connection. Call it on the container's thread.
     *
     * @param innermost the container's own request, which {@code request} may wrap
     * @param clientAddress the client's IP address, without a port
     */
    static LinuxTcpConnection of(
            HttpServletRequest request, ServletRequest innermost, String clientAddress, ProcNetTcp connections) {
        String localAddress = request.getLocalAddr();
        int localPort = request.getLocalPort();
        int clientPort = request.getRemotePort();
        boolean secure = PublicOrigin.schemeOf(request).equals("https");
        return new LinuxTcpConnection(
                () -> ProcNetTcp.nameOf(localAddress, localPort, clientAddress, clientPort),
                connections,
                Input.of(innermost, secure),
                UndertowConnection.of(innermost));
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

    /** True after a failure, because the read will then report it. */
    @Override
    public boolean hasInput(ServletInputStream body) {
        try {
            return switch (input) {
                case READ -> body.available() > 0 || body.isFinished() || hasEnd(body);
                case CONTINUE_SENT -> !awaitsFirst || hasFirst(body);
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
}
