package dev.vtsbasic.proxy;

import java.io.IOException;

/** The client can no longer be read from or written to; there is nobody left to answer. */
final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean ofBody;

    ClientGoneException(IOException cause) {
        this(cause, false);
    }

    private ClientGoneException(IOException cause, boolean ofBody) {
        super(cause);
        this.ofBody = ofBody;
    }

    /** The container could not read the body: the client left, or what it sent is no body. */
    static ClientGoneException ofBody(IOException cause) {
        return new ClientGoneException(cause, true);
    }

    /** Whether it was seen while the client's body was read, and not while it was written to. */
    boolean isOfBody() {
        return ofBody;
    }
}
