package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's connection that carries requests no more: what a worker sends goes to it as it comes. */
public final class UpgradedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradedConnection.class);

    private final WebConnection client;
    private final ServletOutputStream out;
    private final AtomicBoolean closing = new AtomicBoolean();

    public UpgradedConnection(WebConnection client) throws IOException {
        this.client = client;
        this.out = client.getOutputStream();
    }

    public void flush() throws IOException {
        out.flush();
    }

    /** Sends these octets at once. */
    public void send(byte[] octets, int offset, int length) throws IOException {
        out.write(octets, offset, length);
        out.flush();
    }

    /** Says that the container has closed it: to close it again would be an error in the log of Open Liberty. */
    public void closed() {
        closing.set(true);
    }

    /** Tomcat closes the connection only from one of its own threads; a write listener gets us onto one. */
    public void close() {
        if (!closing.compareAndSet(false, true) || LibertyConnectionCloser.close(client)) {
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
