package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import org.slf4j.LoggerFactory;

/**
 * The client's side of an exchange beyond reading and writing: its connection, or its stream in HTTP/2.
 *
 * <p>The Servlet API offers none of these operations. On Tomcat they use its internals, which are found by reflection,
 * so that other containers do not need Tomcat's classes. On other containers, Linux shows when a client has left; on
 * other systems only the next write does.
 */
public interface ClientConnection {
    /**
     * Whether the client closed the connection, or either side reset the stream. Call it through
     * {@link ConnectionGuard#clientIsGone}, because it may read; if {@link #isStream}, any thread may call it at any
     * time.
     */
    boolean isGone();

    /**
     * Whether a read of this body would return without waiting for the client; true also where the container cannot
     * tell. Call it through a {@link ConnectionGuard}, because it may read bytes that have arrived.
     */
    boolean hasInput(ServletInputStream body);

    /**
     * Whether {@link #hasInput} is exact for each part of a body. If not, a read that follows the first part may wait for the
     * client.
     */
    default boolean tellsInput() {
        return true;
    }

    /** Whether only {@link #sendContinue} sends {@code 100 Continue}, so that {@link #hasInput} never does. */
    default boolean hasExplicitContinue() {
        return false;
    }

    /**
     * Tells a client that waits for {@code 100 Continue} to send its body (RFC 9110 §10.1.1).
     *
     * @return false when the container does so only within a read of the body, which then waits for the client
     */
    boolean sendContinue(ServletInputStream body);

    /** Keeps the container from waiting, after the response, for a body that the client was not told to send. */
    default void dropInput() {
        // Most containers do not wait: they close the connection, or reset the stream.
    }

    /**
     * Reads the rest of the body after the response was sent, where a container that ends the request on another thread
     * would close the connection at once. Call it through a {@link ConnectionGuard}.
     */
    default void readRest() throws IOException {
        // Most containers read the rest of a body themselves, as far as they want to.
    }

    /**
     * Whether this is one of many streams on a connection. The end of a stream can be seen even while its body is read,
     * and after its request.
     */
    default boolean isStream() {
        return false;
    }

    /** Whether {@link #endRequest} is possible. */
    default boolean canEndRequest() {
        return false;
    }

    /**
     * Ends the request, of whose response at least the head has been sent, and gives the open connection to a handler.
     *
     * @return the handler, which the container calls once it has released the request
     * @throws UnsupportedOperationException unless {@link #canEndRequest}
     */
    default <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes the container cut the response when the servlet returns, without a line in its log. Call it on the
     * container's own thread only.
     *
     * @return false when the container cannot do so; then only an exception from the servlet cuts the response
     */
    default boolean cut() {
        return false;
    }

    /** Makes the container's close a reset, because a client could mistake a regular close for the response's end. */
    default void resetWhenClosed() {
        // Most containers offer no way to reset a connection.
    }

    /**
     * Removes the error response that the container prepared when a read failed.
     *
     * @return whether it was removed, so that the proxy can send another response
     */
    default boolean removeContainerError() {
        return false;
    }

    /** Ends a read that waits for the client's body. Any thread may call it. */
    default void endInput() {
        // Most containers end the read themselves: by their timeout, or when the stream is closed.
    }

    /** Ends a write that waits for the client. Any thread may call it. */
    default void endOutput() {
        // Most containers end the write themselves: by their timeout, or when the stream is closed.
    }

    /**
     * Chooses the implementation for the request's container.
     *
     * @param protocol of the client's request
     * @param clientAddress the client's IP address, without a port
     * @param connections the system's TCP connections, for containers that do not show when a client leaves
     */
    static ClientConnection of(
            HttpServletRequest request,
            HttpServletResponse response,
            String protocol,
            String clientAddress,
            ProcNetTcp connections) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        if (innermost.getClass().getName().equals("org.apache.catalina.connector.RequestFacade")) {
            try {
                Object catalinaRequest = ContainerInternals.valueOf("request", innermost);
                Object coyoteRequest = ContainerInternals.invoke("getCoyoteRequest", catalinaRequest);
                Object processor = ContainerInternals.valueOf("hook", coyoteRequest);
                if (processor.getClass().getName().equals("org.apache.coyote.http2.StreamProcessor")) {
                    return new TomcatHttp2Stream(ContainerInternals.valueOf("stream", processor), coyoteRequest);
                }
                // A filter that wraps the request or the response expects both to last until the end of the response.
                boolean wrapped = innermost != request || response instanceof ServletResponseWrapper;
                return new TomcatHttp1Connection(
                        (HttpServletRequest) innermost,
                        catalinaRequest,
                        coyoteRequest,
                        !wrapped && protocol.equals("HTTP/1.1"));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LoggerFactory.getLogger(ClientConnection.class).debug("This Tomcat is not as expected", e);
            }
        }
        return LinuxTcpConnection.of(request, innermost, clientAddress, connections);
    }
}
