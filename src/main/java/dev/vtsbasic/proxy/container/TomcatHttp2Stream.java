package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of HTTP/2 in Tomcat. Its state shows a reset by the client, or the end of the whole connection, as soon as
 * Tomcat has read the frame, which it does even while the servlet does not read the body.
 *
 * <p>Tomcat itself resets a stream whose response is complete while its body is not, and wakes the threads that read
 * from a closed stream or write to it. The request cannot be ended early, because other streams share the connection.
 */
final class TomcatHttp2Stream implements ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(TomcatHttp2Stream.class);

    private final Object stream;
    private final TomcatActions actions;
    private final Object state;
    private final Method stateName;

    TomcatHttp2Stream(Object stream, Object coyoteRequest) throws ReflectiveOperationException {
        this.stream = stream;
        actions = new TomcatActions(coyoteRequest);
        state = ContainerInternals.valueOf("state", stream);
        stateName = ContainerInternals.method("getCurrentStateName", state.getClass());
    }

    @Override
    public boolean isGone() {
        try {
            // A reset by either side, because Tomcat resets the streams of clients that violate the protocol.
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
    public boolean hasExplicitContinue() {
        return true;
    }

    /** Also clears the expectation, because Tomcat would send a second 100 with the first read of a stream. */
    @Override
    public boolean sendContinue(ServletInputStream body) {
        actions.sendContinue();
        actions.forgetExpectation();
        return true;
    }

    @Override
    public boolean cut() {
        resetWhenClosed();
        return actions.closeNow();
    }

    /**
     * Records a reset in the stream's output buffer, because by default Tomcat resets the stream of a failed request
     * only after it has sent its regular end.
     */
    @Override
    public void resetWhenClosed() {
        try {
            Object output = ContainerInternals.valueOf("streamOutputBuffer", stream);
            ClassLoader tomcat = stream.getClass().getClassLoader();
            Class<?> errors = Class.forName("org.apache.coyote.http2.Http2Error", true, tomcat);
            Constructor<?> reset = Class.forName("org.apache.coyote.http2.StreamException", true, tomcat)
                    .getDeclaredConstructor(String.class, errors, int.class);
            reset.setAccessible(true);
            Object error = ContainerInternals.field("INTERNAL_ERROR", errors).get(null);
            Field field = ContainerInternals.field("reset", output.getClass());
            field.set(
                    output,
                    reset.newInstance(
                            "The response broke off", error, ContainerInternals.invoke("getIdAsInt", stream)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("The stream cannot be reset", e);
        }
    }
}
