package dev.vtsbasic.proxy.container;

import dev.vtsbasic.traffic.PublicOrigin;
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
 * What can be asked of a client's connection, or of its stream where a connection has many, besides reading and writing.
 *
 * <p>The Servlet API knows none of it. Tomcat does, embedded or not; its classes are found at run time, so that no other
 * container needs them. Elsewhere Linux tells when a client has left; on other systems that shows at the next write.
 */
public interface ClientConnection {
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
                // Whoever wraps a request or its answer counts on both to go on until the end.
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
        return new LinuxTcpConnection(
                request.getLocalAddr(),
                request.getLocalPort(),
                clientAddress,
                request.getRemotePort(),
                connections,
                LinuxTcpConnection.Input.of(
                        innermost, PublicOrigin.schemeOf(request).equals("https")),
                UndertowConnection.of(innermost));
    }
}
