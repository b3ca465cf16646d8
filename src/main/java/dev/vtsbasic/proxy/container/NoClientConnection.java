package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;

/** Stands in for the client of a request that the shared cache makes by itself, to renew a stored response. */
public final class NoClientConnection implements ClientConnection {
    @Override
    public boolean isGone() {
        return false;
    }

    @Override
    public boolean hasInput(ServletInputStream body) {
        return true;
    }

    @Override
    public boolean sendContinue(ServletInputStream body) {
        return true;
    }
}
