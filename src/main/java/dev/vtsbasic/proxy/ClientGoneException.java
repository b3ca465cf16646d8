package dev.vtsbasic.proxy;

import java.io.IOException;

/** The client can no longer be read from or written to; there is nobody left to answer. */
final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(IOException cause) {
        super(cause);
    }
}
