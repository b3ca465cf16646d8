package dev.vtsbasic.proxy;

import dev.vtsbasic.traffic.PublicOrigin;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be asked of a client's connection, or of its stream where a connection has many, besides reading and writing.
 *
 * <p>The Servlet API knows none of it. Tomcat does, embedded or not; its classes are found at run time, so that no other
 * container needs them. Elsewhere Linux tells when a client has left; on other systems that shows at the next write.
 */
interface ClientConnection {
    /**
     * Whether the client closed it. To be called through {@link ConnectionGuard#clientIsGone}, since it may read; at any time
     * if {@link #isStream}.
     */
    boolean isGone();

    /**
     * Whether a read of this body would not have to wait for the client; true also where the container cannot tell. To be
     * called through a {@link ConnectionGuard}, since it may read what has come.
     */
    boolean hasInput(ServletInputStream body);

    /** Whether {@link #hasInput} is about each part of a body, so that no read after it waits for the client. */
    default boolean tellsInput() {
        return true;
    }

    /** Whether only {@link #sendContinue} tells a client to send its body, and looking whether it does has no effect. */
    boolean isContinuedByHand();

    /**
     * Tells a client that waits with its body to send it (RFC 9110 §10.1.1).
     *
     * @return false when only a read of the body does, which then waits for it
     */
    boolean sendContinue(ServletInputStream body);

    /** Has the container not wait, once the answer was sent, for a body that the client was not told to send. */
    void dropInput();

    /**
     * Reads the rest of a body, the answer to which has been sent, where a container that ends the request on another thread
     * would close the connection at once; to be called through a {@link ConnectionGuard}.
     */
    default void readRest() throws IOException {
        // Most read as much of it as they will.
    }

    /** Whether it is one of many on a connection, whose end can be seen while a body is read, and after the request. */
    boolean isStream();

    /** Whether {@link #endRequest} can be called. */
    boolean outlivesRequest();

    /**
     * Ends the request, whose answer has been sent so far; the connection stays open and is the handler's.
     *
     * @return the handler, which the container calls when it has given up the request
     */
    <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException;

    /**
     * Has the container cut the answer when the servlet returns, which must be on the container's own thread; it tells the
     * log nothing.
     *
     * @return false when it cannot: then only an exception will do
     */
    boolean cut();

    /** Makes the container's closing of it a reset, which no client can take for an end. */
    void resetWhenClosed();

    /**
     * Takes back the error that the container has put in place of the answer when a read failed.
     *
     * @return whether it has, so that another answer can be sent
     */
    boolean takeBackError();

    /** Ends a read that waits for more of the client's body; any thread may call it. */
    void endInput();

    /** Ends a write that waits for the client; any thread may call it. */
    void endOutput();

    static ClientConnection of(
            HttpServletRequest request,
            HttpServletResponse response,
            String protocol,
            String clientAddress,
            TcpConnections connections) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        if (innermost.getClass().getName().equals("org.apache.catalina.connector.RequestFacade")) {
            try {
                Object catalinaRequest = Internals.valueOf("request", innermost);
                Object coyoteRequest = Internals.invoke("getCoyoteRequest", catalinaRequest);
                Object processor = Internals.valueOf("hook", coyoteRequest);
                if (processor.getClass().getName().equals("org.apache.coyote.http2.StreamProcessor")) {
                    return new StreamOnTomcat(Internals.valueOf("stream", processor), coyoteRequest);
                }
                // Whoever wraps a request or its answer counts on both to go on until the end.
                boolean wrapped = innermost != request || response instanceof ServletResponseWrapper;
                return new OnTomcat(
                        (HttpServletRequest) innermost,
                        catalinaRequest,
                        coyoteRequest,
                        !wrapped && protocol.equals("HTTP/1.1"));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LoggerFactory.getLogger(ClientConnection.class).debug("This Tomcat is not as expected", e);
            }
        }
        return new SeenByTheSystem(
                request.getLocalAddr(),
                request.getLocalPort(),
                clientAddress,
                request.getRemotePort(),
                connections,
                SeenByTheSystem.Input.of(
                        innermost, PublicOrigin.schemeOf(request).equals("https")),
                UndertowConnection.of(innermost));
    }

    /** In a container that tells nothing. What the system tells need not be of this connection, if others stand in front. */
    final class SeenByTheSystem implements ClientConnection {
        /** Made when it is asked for, which most requests end before. */
        private final Supplier<String> name;

        private final long since = System.nanoTime();
        private final TcpConnections connections;
        private final Input input;
        private final Optional<UndertowConnection> undertow;
        private boolean awaitsFirst;
        private boolean seen;
        private long missed = -1;

        /** What a container does with a body that nobody reads yet. */
        enum Input {
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
                return !secure && (LibertyConnection.isClassName(container) || isOnGrizzly(request)) ? ASKED : UNKNOWN;
            }

            /** In Payara and GlassFish, whose classes have the names of Tomcat's. */
            private static boolean isOnGrizzly(ServletRequest request) {
                try {
                    Object connector = Internals.invoke("getCoyoteRequest", Internals.valueOf("request", request));
                    return connector.getClass().getName().startsWith("org.glassfish.grizzly.");
                } catch (ReflectiveOperationException | RuntimeException e) {
                    return false;
                }
            }
        }

        SeenByTheSystem(
                String localAddress,
                int localPort,
                String remoteAddress,
                int remotePort,
                TcpConnections connections,
                Input input,
                Optional<UndertowConnection> undertow) {
            this.undertow = undertow;
            this.input = input;
            this.name = () -> TcpConnections.nameOf(localAddress, localPort, remoteAddress, remotePort);
            this.connections = connections;
        }

        @Override
        public boolean isGone() {
            TcpConnections.Sight sight = connections.look(name.get(), since);
            return sight.state() == TcpConnections.State.CLOSED || isMissing(sight) && seen;
        }

        /** Reset, or not known. The table may change while it is read, so once could be a mistake. */
        private boolean isMissing(TcpConnections.Sight sight) {
            if (sight.state() == TcpConnections.State.UNKNOWN) {
                return false;
            }
            if (sight.state() != TcpConnections.State.ABSENT) {
                seen |= sight.state() == TcpConnections.State.OPEN;
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

        @Override
        public boolean tellsInput() {
            return input == Input.READ;
        }

        /** Whether anything of the body has come to the container, or to this machine. */
        private boolean hasFirst(ServletInputStream body) throws IOException {
            awaitsFirst =
                    body.available() == 0 && !body.isFinished() && !LibertyConnection.hasUnparsed(body) && !hasUnread();
            return !awaitsFirst;
        }

        private boolean hasUnread() {
            TcpConnections.Sight sight = connections.lookForInput(name.get(), since);
            return sight.unread() || sight.state() == TcpConnections.State.CLOSED || isMissing(sight);
        }

        /** Jetty knows the end of a body, or what is wrong with it, before it says that the body is finished. */
        private static boolean hasEnd(ServletInputStream body) {
            try {
                return body.getClass().getName().startsWith("org.eclipse.jetty.")
                        && (boolean) Internals.invoke("hasContent", body);
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

    /** Asked for available bytes with permission to read, Tomcat finds the end of the connection. */
    final class OnTomcat implements ClientConnection {
        private static final Logger LOG = LoggerFactory.getLogger(OnTomcat.class);

        private final HttpServletRequest request;
        private final boolean upgradable;
        private final Object catalinaRequest;
        private final Object coyoteRequest;
        private final Actions actions;

        OnTomcat(HttpServletRequest request, Object catalinaRequest, Object coyoteRequest, boolean upgradable)
                throws ReflectiveOperationException {
            this.request = request;
            this.catalinaRequest = catalinaRequest;
            this.coyoteRequest = coyoteRequest;
            this.upgradable = upgradable;
            actions = new Actions(coyoteRequest);
        }

        /**
         * Tomcat reads the next request while it looks for the end of the connection, behind the octets of it that came with
         * the body of this one, which it would lose: so it must not look once any have come. Who sent them is there.
         */
        @Override
        public boolean isGone() {
            try {
                Object input = Internals.valueOf("inputBuffer", Internals.valueOf("hook", coyoteRequest));
                return !hasMore(input) && actions.available() > 0 && !hasMore(input);
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("Whether the client has left cannot be seen", e);
                return false;
            }
        }

        /** Whether octets have come that belong to no body that was read. */
        private static boolean hasMore(Object input) throws ReflectiveOperationException {
            if (((ByteBuffer) Internals.valueOf("byteBuffer", input)).hasRemaining()) {
                return true;
            }
            int last = (int) Internals.valueOf("lastActiveFilter", input);
            if (last < 0) {
                return false;
            }
            Object filter = ((Object[]) Internals.valueOf("activeFilters", input))[last];
            return switch (filter.getClass().getSimpleName()) {
                case "VoidInputFilter" -> false;
                case "IdentityInputFilter" -> (long) Internals.valueOf("remaining", filter) < 0;
                case "ChunkedInputFilter" ->
                    hasRemaining(Internals.valueOf("readChunk", filter))
                            || hasRemaining(Internals.valueOf("trailingHeaders", filter));
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
        public boolean isContinuedByHand() {
            return true;
        }

        @Override
        public boolean sendContinue(ServletInputStream body) {
            actions.sendContinue();
            return true;
        }

        /** Tomcat's own page for it becomes a 500 when the request ends before the thread that it came on is back. */
        @Override
        public boolean takeBackError() {
            try {
                Object response = Internals.invoke("getResponse", catalinaRequest);
                Internals.invoke("resetError", response);
                response.getClass().getMethod("setSuspended", boolean.class).invoke(response, false);
                coyoteRequest
                        .getClass()
                        .getMethod("setErrorException", Exception.class)
                        .invoke(coyoteRequest, (Object) null);
                request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
                return true;
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("Tomcat answers by itself", e);
                return false;
            }
        }

        /** Tomcat reads the rest of a body after the answer, and would wait for one that the client does not send. */
        @Override
        public void dropInput() {
            try {
                Object processor = Internals.valueOf("hook", coyoteRequest);
                Object output = Internals.valueOf("outputBuffer", processor);
                if (!(boolean) Internals.valueOf("ackSent", output)) {
                    Object input = Internals.valueOf("inputBuffer", processor);
                    Internals.field("swallowInput", input.getClass()).setBoolean(input, false);
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("Tomcat waits for a body that nobody sends", e);
            }
        }

        /** Up to {@code maxSwallowSize}, 2 MiB if nothing else is set; of a connection that stays open it does so itself. */
        @Override
        public void readRest() throws IOException {
            try {
                Object processor = Internals.valueOf("hook", coyoteRequest);
                if (!(boolean) Internals.valueOf("keepAlive", processor)) {
                    Object input = Internals.valueOf("inputBuffer", processor);
                    Internals.invoke("endRequest", input);
                    Internals.field("swallowInput", input.getClass()).setBoolean(input, false);
                }
            } catch (ReflectiveOperationException e) {
                throw new IOException(e);
            }
        }

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public boolean outlivesRequest() {
            // Tomcat takes an upgrade only from the thread it called the servlet on.
            return upgradable && !request.isAsyncStarted() && !compresses();
        }

        /** What it compresses it has to see. */
        private boolean compresses() {
            try {
                Object connector = Internals.invoke("getConnector", catalinaRequest);
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
            Object wrapper = Internals.invoke("getSocketWrapper", Internals.valueOf("hook", coyoteRequest));
            return (SocketChannel) Internals.invoke("getIOChannel", Internals.invoke("getSocket", wrapper));
        }
    }

    /**
     * A stream of HTTP/2. Its state tells of a reset from the client, or of the end of the whole connection, as soon as the
     * frame was read, which happens whether or not anybody reads the body.
     */
    final class StreamOnTomcat implements ClientConnection {
        private static final Logger LOG = LoggerFactory.getLogger(StreamOnTomcat.class);

        private final Object stream;
        private final Actions actions;
        private final Object state;
        private final Method stateName;

        StreamOnTomcat(Object stream, Object coyoteRequest) throws ReflectiveOperationException {
            this.stream = stream;
            actions = new Actions(coyoteRequest);
            state = Internals.valueOf("state", stream);
            stateName = Internals.method("getCurrentStateName", state.getClass());
        }

        @Override
        public boolean isGone() {
            try {
                // By either side: Tomcat resets the streams of clients that break the rules.
                return ((String) stateName.invoke(state)).startsWith("CLOSED_RST");
            } catch (ReflectiveOperationException e) {
                return false;
            }
        }

        @Override
        public boolean isStream() {
            return true;
        }

        @Override
        public boolean hasInput(ServletInputStream body) {
            return isGone() || actions.hasInput(body);
        }

        @Override
        public boolean isContinuedByHand() {
            return true;
        }

        /** A stream does not know that it has told the client, and would tell it again with the first read. */
        @Override
        public boolean sendContinue(ServletInputStream body) {
            actions.sendContinue();
            actions.forgetExpectation();
            return true;
        }

        /** Tomcat resets a stream whose answer is complete and whose body is not. */
        @Override
        public void dropInput() {
            // Nothing to do.
        }

        @Override
        public boolean takeBackError() {
            return false;
        }

        /** Other streams share its connection, which cannot be taken over. */
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
            resetWhenClosed();
            return actions.closeNow();
        }

        /** Tomcat wakes who reads from a stream that is closed. */
        @Override
        public void endInput() {
            // Nothing to do.
        }

        /** Tomcat wakes who writes to a stream that is closed. */
        @Override
        public void endOutput() {
            // Nothing to do.
        }

        /** Tomcat resets the stream of a failed request, but by default only after having sent its regular end. */
        @Override
        public void resetWhenClosed() {
            try {
                Object output = Internals.valueOf("streamOutputBuffer", stream);
                ClassLoader tomcat = stream.getClass().getClassLoader();
                Class<?> errors = Class.forName("org.apache.coyote.http2.Http2Error", true, tomcat);
                Constructor<?> reset = Class.forName("org.apache.coyote.http2.StreamException", true, tomcat)
                        .getDeclaredConstructor(String.class, errors, int.class);
                reset.setAccessible(true);
                Object error = Internals.field("INTERNAL_ERROR", errors).get(null);
                Field field = Internals.field("reset", output.getClass());
                field.set(
                        output,
                        reset.newInstance("The answer broke off", error, Internals.invoke("getIdAsInt", stream)));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("The stream cannot be reset", e);
            }
        }
    }

    /** What Tomcat's connectors can be asked to do with a request. */
    final class Actions {
        private final Object coyoteRequest;
        private final Class<?> codes;
        private final Method action;
        private final Method available;

        Actions(Object coyoteRequest) throws ReflectiveOperationException {
            this.coyoteRequest = coyoteRequest;
            Class<?> type = coyoteRequest.getClass();
            codes = Class.forName("org.apache.coyote.ActionCode", true, type.getClassLoader());
            action = type.getMethod("action", codes, Object.class);
            available = type.getMethod("getAvailable");
        }

        /** How much can be read at once; reads what has come, and no more. */
        int available() throws ReflectiveOperationException {
            invoke("AVAILABLE", Boolean.TRUE);
            return (int) available.invoke(coyoteRequest);
        }

        /** An end of the connection counts: it shows in the read. */
        boolean hasInput(ServletInputStream body) {
            try {
                return body.available() > 0 || body.isFinished() || available() > 0;
            } catch (IOException | ReflectiveOperationException e) {
                return true;
            }
        }

        /** Not if the connector is set up to have done so before. */
        void sendContinue() {
            try {
                Class<?> timing = Class.forName(
                        "org.apache.coyote.ContinueResponseTiming",
                        true,
                        coyoteRequest.getClass().getClassLoader());
                invoke("ACK", timing.getField("ON_REQUEST_BODY_READ").get(null));
            } catch (ReflectiveOperationException e) {
                LoggerFactory.getLogger(ClientConnection.class).debug("The first read does it", e);
            }
        }

        void forgetExpectation() {
            try {
                coyoteRequest
                        .getClass()
                        .getMethod("setExpectation", boolean.class)
                        .invoke(coyoteRequest, false);
            } catch (ReflectiveOperationException e) {
                LoggerFactory.getLogger(ClientConnection.class).debug("The client may be told twice", e);
            }
        }

        void invoke(String code, Object parameter) throws ReflectiveOperationException {
            action.invoke(coyoteRequest, codes.getField(code).get(null), parameter);
        }

        boolean closeNow() {
            try {
                invoke("CLOSE_NOW", null);
                return true;
            } catch (ReflectiveOperationException e) {
                return false;
            }
        }
    }

    /** What Tomcat keeps to itself; found once, since each request asks for it. */
    final class Internals {
        private static final Map<Name, Field> FIELDS = new ConcurrentHashMap<>();
        private static final Map<Name, Method> METHODS = new ConcurrentHashMap<>();

        private record Name(Class<?> type, String name) {}

        private Internals() {}

        static Object valueOf(String name, Object object) throws ReflectiveOperationException {
            return field(name, object.getClass()).get(object);
        }

        static Object invoke(String name, Object object) throws ReflectiveOperationException {
            return method(name, object.getClass()).invoke(object);
        }

        static Field field(String name, Class<?> type) throws NoSuchFieldException {
            Field known = FIELDS.get(new Name(type, name));
            if (known != null) {
                return known;
            }
            for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
                for (Field field : declaring.getDeclaredFields()) {
                    if (field.getName().equals(name)) {
                        field.setAccessible(true);
                        FIELDS.put(new Name(type, name), field);
                        return field;
                    }
                }
            }
            throw new NoSuchFieldException(name);
        }

        static Method method(String name, Class<?> type) throws NoSuchMethodException {
            Method known = METHODS.get(new Name(type, name));
            if (known != null) {
                return known;
            }
            for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
                for (Method method : declaring.getDeclaredMethods()) {
                    if (method.getName().equals(name) && method.getParameterCount() == 0) {
                        method.setAccessible(true);
                        METHODS.put(new Name(type, name), method);
                        return method;
                    }
                }
            }
            throw new NoSuchMethodException(name);
        }
    }
}
