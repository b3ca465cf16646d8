package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import org.slf4j.LoggerFactory;

/** Invokes actions of Tomcat's connector on one request, by reflection. */
final class TomcatActions {
    private final Object coyoteRequest;
    private final Class<?> codes;
    private final Method action;
    private final Method available;

    TomcatActions(Object coyoteRequest) throws ReflectiveOperationException {
        this.coyoteRequest = coyoteRequest;
        Class<?> type = coyoteRequest.getClass();
        codes = Class.forName("org.apache.coyote.ActionCode", true, type.getClassLoader());
        action = type.getMethod("action", codes, Object.class);
        available = type.getMethod("getAvailable");
    }

    /** How many bytes can be read without waiting. Reads from the connection what has arrived. */
    int available() throws ReflectiveOperationException {
        invoke("AVAILABLE", Boolean.TRUE);
        return (int) available.invoke(coyoteRequest);
    }

    /**
     * Whether a read would return without waiting. True also at the connection's end or an error, which the read
     * reports.
     */
    boolean hasInput(ServletInputStream body) {
        try {
            return body.available() > 0 || body.isFinished() || available() > 0;
        } catch (IOException | ReflectiveOperationException e) {
            return true;
        }
    }

    /** Sends {@code 100 Continue}, unless the connector is configured to have sent it before the servlet was called. */
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

    /** Keeps Tomcat from sending a second {@code 100 Continue}. */
    void forgetExpectation() {
        try {
            coyoteRequest.getClass().getMethod("setExpectation", boolean.class).invoke(coyoteRequest, false);
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
