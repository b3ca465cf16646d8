package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;

/** The client of a request that nobody made: it is ours, and its answer is for the cache alone. */
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
    public boolean isContinuedByHand() {
        return false;
    }

    @Override
    public boolean sendContinue(ServletInputStream body) {
        return true;
    }

    @Override
    public void dropInput() {
        // There is none.
    }

    @Override
    public boolean isStream() {
        return false;
    }

    @Override
    public boolean outlivesRequest() {
        return false;
    }

    @Override
    public <T extends HttpUpgradeHandler> T endRequest(Class<T> handler) throws IOException {
        throw new IOException("There is no connection");
    }

    @Override
    public boolean cut() {
        return false;
    }

    @Override
    public void resetWhenClosed() {
        // Nobody sees it.
    }

    @Override
    public boolean takeBackError() {
        return false;
    }

    @Override
    public void endInput() {
        // There is none.
    }

    @Override
    public void endOutput() {
        // There is none.
    }
}
