package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** In a container that tells nothing. What the system tells need not be of this connection, if others stand in front. */
public final class LinuxTcpConnection implements ClientConnection {
    /** Made when it is asked for, which most requests end before. */
    private final Supplier<String> name;

    private final long since = System.nanoTime();
    private final ProcNetTcp connections;
    private final Input input;
    private final Optional<UndertowConnection> undertow;
    private boolean awaitsFirst;
    private boolean seen;
    private long missed = -1;

    /** What a container does with a body that nobody reads yet. */
    public enum Input {
        /** It reads what has come, and no more, to tell what is available, and tells a client that waits to send. */
        READ,
        /** It has told a client that waits to send before the servlet was called, and tells what came with the head. */
        ASKED,
        UNKNOWN;

        static Input of(ServletRequest request, boolean secure) {
            String container = request.getClass().getName();
            if (container.startsWith("org.eclipse.jetty.") || UndertowConnection.isClassName(container)) {
                return READ;
            }
            // What waits in a layer of TLS nobody tells.
            return !secure && (LibertyConnectionCloser.isClassName(container) || isOnGrizzly(request)) ? ASKED : UNKNOWN;
        }

        /** In Payara and GlassFish, whose classes have the names of Tomcat's. */
        private static boolean isOnGrizzly(ServletRequest request) {
            try {
                Object connector = ContainerInternals.invoke("getCoyoteRequest", ContainerInternals.valueOf("request", request));
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
        ProcNetTcp.Sight sight = connections.look(name.get(), since);
        return sight.state() == ProcNetTcp.State.CLOSED || isMissing(sight) && seen;
    }

    /** Reset, or not known. The table may change while it is read, so once could be a mistake. */
    private boolean isMissing(ProcNetTcp.Sight sight) {
        if (sight.state() == ProcNetTcp.State.UNKNOWN) {
            return false;
        }
        if (sight.state() != ProcNetTcp.State.ABSENT) {
            seen |= sight.state() == ProcNetTcp.State.OPEN;
            missed = -1;
            return false;
        }
        boolean again = missed >= 0 && missed != sight.reading();
        missed = sight.reading();
        return again;
    }

    @Override
    public boolean isStream() {
        return false;
    }

    /** A read that fails tells why. */
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

    /** Whether anything of the body has come to the container, or to this machine. */
    private boolean hasFirst(ServletInputStream body) throws IOException {
        awaitsFirst =
                body.available() == 0 && !body.isFinished() && !LibertyConnectionCloser.hasUnparsed(body) && !hasUnread();
        return !awaitsFirst;
    }

    private boolean hasUnread() {
        ProcNetTcp.Sight sight = connections.lookForInput(name.get(), since);
        return sight.unread() || sight.state() == ProcNetTcp.State.CLOSED || isMissing(sight);
    }

    /** Jetty knows the end of a body, or what is wrong with it, before it says that the body is finished. */
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

    /** Other containers than Undertow close a connection behind an answer that says so. */
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
        // A cut connection has to do.
    }

    @Override
    public void endInput() {
        // Its own time-out ends the read.
    }

    @Override
    public void endOutput() {
        // Its own time-out ends the write.
    }
}
