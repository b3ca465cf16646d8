package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.upstream.LeasedConnection;
import java.io.IOException;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ProtocolException;

/** A client's offer to switch protocols (RFC 9110 §7.8), which the worker accepts with a 101 or ignores. */
public interface ProtocolSwitch {
    /** The time by which the worker must have responded, in terms of {@link System#nanoTime}; empty for no limit of its own. */
    OptionalLong deadline();

    /** Adds the offer to the request for the worker. */
    void addTo(ClassicHttpRequest outbound);

    /**
     * Checks the worker's 101.
     *
     * @throws ProtocolException when it names a protocol that the client did not offer
     */
    void check(ClassicHttpResponse switching) throws ProtocolException;

    /**
     * Turns the client's connection and the worker's into a tunnel. Must be called on the container's thread, within {@code
     * service()}, because containers switch protocols on no other.
     *
     * @param switching the worker's 101
     * @throws SwitchFailedException when the container did not switch
     */
    void accept(ClassicHttpResponse switching, LeasedConnection connection) throws SwitchFailedException;

    /** The worker switched protocols, but the container did not. */
    final class SwitchFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        public SwitchFailedException(Exception cause) {
            super(cause);
        }
    }
}
