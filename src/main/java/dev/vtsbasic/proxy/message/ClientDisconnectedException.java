package dev.vtsbasic.proxy.message;

import java.io.IOException;

/** Thrown when the proxy can no longer read from the client or write to it. */
public final class ClientDisconnectedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean ofBody;

    public ClientDisconnectedException(IOException cause) {
        this(cause, false);
    }

    private ClientDisconnectedException(IOException cause, boolean ofBody) {
        super(cause);
        this.ofBody = ofBody;
    }

    /**
     * Makes one for a request body that the container could not read, because the client disconnected or the body is
     * malformed.
     */
    public static ClientDisconnectedException ofBody(IOException cause) {
        return new ClientDisconnectedException(cause, true);
    }

    /** Whether it was made by {@link #ofBody}; the client may then still be able to get a response. */
    public boolean isOfBody() {
        return ofBody;
    }
}
