package dev.vtsbasic.proxy.container;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.HopByHopHeaders;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the app's 103 Early Hints (RFC 8297) on to the client, where the container can send them. */
public final class EarlyHints {
    /** The status of Early Hints, for which the Servlet API 6.0 has no constant. */
    public static final int STATUS = 103;

    private static final Logger LOG = LoggerFactory.getLogger(EarlyHints.class);

    /** Whether a container sends a 103: Jetty does, and so do the versions of Tomcat whose response has this method. */
    private static final ClassValue<Boolean> SENDS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> response) {
            return response.getName().startsWith("org.eclipse.jetty.")
                    || Arrays.stream(response.getMethods())
                            .anyMatch(method -> method.getName().equals("sendEarlyHints"));
        }
    };

    private EarlyHints() {}

    /**
     * Sends the hints without their hop-by-hop fields and Content-Length; does nothing where the container cannot send
     * them, or once the response is committed.
     *
     * @param protocol of the client's request; HTTP/1.0 has no interim responses
     * @throws ClientDisconnectedException when the client takes no more
     */
    public static void pass(ClassicHttpResponse hints, String protocol, HttpServletResponse response)
            throws ClientDisconnectedException {
        ServletResponse container = response;
        GuardedResponse guarded = null;
        while (container instanceof ServletResponseWrapper wrapper) {
            guarded = wrapper instanceof GuardedResponse found ? found : guarded;
            container = wrapper.getResponse();
        }
        if (guarded != null && !protocol.equals("HTTP/1.0") && SENDS.get(container.getClass())) {
            HopByHopHeaders hopByHop = HopByHopHeaders.of(hints);
            guarded.sendEarlyHints(Arrays.stream(hints.getHeaders())
                    .filter(field -> !isOfMessage(field)
                            && !hopByHop.includes(field.getName().toLowerCase(Locale.ROOT)))
                    .toList());
        }
    }

    /**
     * Flushes a 103 that was just sent, because the HTTP/1.1 of a Tomcat that is not the embedded one would hold it back
     * until the head of the final response.
     */
    static void flush(ServletResponse response) {
        ServletResponse container = response;
        while (container instanceof ServletResponseWrapper wrapper) {
            container = wrapper.getResponse();
        }
        if (container.getClass().getName().startsWith("org.apache.catalina.")) {
            try {
                Object coyoteResponse = ContainerInternals.invoke(
                        "getCoyoteResponse", ContainerInternals.valueOf("response", container));
                Object processor = ContainerInternals.valueOf("hook", coyoteResponse);
                ContainerInternals.invoke("flush", ContainerInternals.valueOf("outputBuffer", processor));
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("The hints are sent when the container flushes them", e);
            }
        }
    }

    private static boolean isOfMessage(Header field) {
        return field.getName().equalsIgnoreCase("Content-Length");
    }
}
