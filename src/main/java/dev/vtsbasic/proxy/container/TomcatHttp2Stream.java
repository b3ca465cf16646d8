package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of HTTP/2. Its state tells of a reset from the client, or of the end of the whole connection, as soon as the
 * frame was read, which happens whether or not anybody reads the body.
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
                    reset.newInstance("The answer broke off", error, ContainerInternals.invoke("getIdAsInt", stream)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("The stream cannot be reset", e);
        }
    }
}
