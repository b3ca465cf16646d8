package dev.vtsbasic.proxy.message;

import java.io.IOException;

/** The client can no longer be read from or written to; there is nobody left to answer. */
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

    /** The container could not read the body: the client left, or what it sent is no body. */
    public static ClientDisconnectedException ofBody(IOException cause) {
        return new ClientDisconnectedException(cause, true);
    }

    /** Whether it was seen while the client's body was read, and not while it was written to. */
    public boolean isOfBody() {
        return ofBody;
    }
}
