package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of a connection after an upgrade: sends a worker's bytes to the client, and closes the connection.
 */
public final class UpgradedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradedConnection.class);

    private final WebConnection client;
    private ServletOutputStream out;
    private final AtomicBoolean closing = new AtomicBoolean();

    public UpgradedConnection(WebConnection client) {
        this.client = client;
    }

    /** Call this once, before another thread uses the connection. */
    public void open() throws IOException {
        out = client.getOutputStream();
    }

    public void flush() throws IOException {
        out.flush();
    }

    /** Sends these bytes at once. */
    public void send(byte[] octets, int offset, int length) throws IOException {
        out.write(octets, offset, length);
        out.flush();
    }

    /**
     * Records that the container has closed the connection, because a second close is an error in Open Liberty's log.
     */
    public void closed() {
        closing.set(true);
    }

    /**
     * Closes the connection; only the first call does. Tomcat closes it only on a thread of its own, on which it calls
     * the write listener that is set here. Any thread may call this.
     */
    public void close() {
        if (!closing.compareAndSet(false, true) || LibertyConnectionCloser.close(client)) {
            return;
        }
        if (out == null) {
            closeNow();
            return;
        }
        try {
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() {
                    closeNow();
                }

                @Override
                public void onError(Throwable failure) {
                    closeNow();
                }
            });
        } catch (RuntimeException e) {
            LOG.debug("The container has closed it already", e);
        }
    }

    private void closeNow() {
        try {
            client.close();
        } catch (Exception e) {
            LOG.debug("While closing", e);
        }
    }
}
