package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;

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
    public boolean isContinuedByHand() {
        return false;
    }

    @Override
    public boolean sendContinue(ServletInputStream body) {
        return true;
    }

    @Override
    public void dropInput() {
        // There is no input.
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
        // There is no connection.
    }

    @Override
    public boolean takeBackError() {
        return false;
    }

    @Override
    public void endInput() {
        // There is no input.
    }

    @Override
    public void endOutput() {
        // There is no output.
    }
}
