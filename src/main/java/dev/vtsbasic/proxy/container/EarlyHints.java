package dev.vtsbasic.proxy.container;

import dev.vtsbasic.proxy.exchange.ResponseRelay;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.HopByHopHeaders;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/** Passes on what an app says of its answer before it (RFC 8297), where the container can send that. */
public final class EarlyHints {
    /** Of which servlets' API knows no constant yet. */
    public static final int STATUS = 103;

    /** Tomcat has a method for it besides, which tells its versions apart. */
    private static final ClassValue<Boolean> SENDS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> response) {
            return response.getName().startsWith("org.eclipse.jetty.")
                    || Arrays.stream(response.getMethods())
                            .anyMatch(method -> method.getName().equals("sendEarlyHints"));
        }
    };

    private EarlyHints() {}

    /** @param protocol of the client's request; HTTP/1.0 knows no interim answers */
    public static void pass(ClassicHttpResponse hints, String protocol, HttpServletResponse response)
            throws ClientDisconnectedException {
        ServletResponse container = response;
        GuardedResponse guarded = null;
        while (container instanceof ServletResponseWrapper wrapper) {
            guarded = wrapper instanceof GuardedResponse found ? found : guarded;
            container = wrapper.getResponse();
        }
        if (guarded != null && !protocol.equals("HTTP/1.0") && SENDS.get(container.getClass())) {
            HopByHopHeaders hopByHop = HopByHopHeaders.nominatedBy(ResponseRelay.joined(hints, "Connection"));
            guarded.sendEarlyHints(Arrays.stream(hints.getHeaders())
                    .filter(field -> !isOfMessage(field)
                            && !hopByHop.includes(field.getName().toLowerCase(Locale.ROOT)))
                    .toList());
        }
    }

    private static boolean isOfMessage(Header field) {
        return field.getName().equalsIgnoreCase("Content-Length");
    }
}
