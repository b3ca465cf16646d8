package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.container.UpgradedConnection;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies bytes both ways between a client whose connection was upgraded and a worker, for any protocol.
 *
 * <p>The client's bytes arrive by the container's callbacks, because blocking reads ended after 30 idle seconds on
 * Payara, GlassFish and Open Liberty. The worker's bytes are read on a thread of the proxy's. The class is public
 * because the container creates the instance.
 */
public final class ByteTunnel implements HttpUpgradeHandler, Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(ByteTunnel.class);
    private static final int BUFFER = 16 * 1024;

    private Socket worker;
    private InputStream fromWorker;
    private Executor threads;
    private Set<Tunnel> open;
    private RequestRecord record;
    private volatile UpgradedConnection toClient;

    /** Called by the container. */
    public ByteTunnel() {}

    /**
     * Sets the worker's side, before the container calls {@link #init}.
     *
     * @param worker the connection to the worker, whose first bytes {@code fromWorker} may already hold
     * @param threads run the copying of the worker's bytes
     * @param open the set that holds this tunnel while it is open
     * @param record ended when the tunnel ends
     */
    void connect(Socket worker, InputStream fromWorker, Executor threads, Set<Tunnel> open, RequestRecord record) {
        this.worker = worker;
        this.fromWorker = fromWorker;
        this.threads = threads;
        this.open = open;
        this.record = record;
        open.add(this);
    }

    @Override
    public void init(WebConnection connection) {
        toClient = new UpgradedConnection(connection);
        try {
            toClient.open();
            ServletInputStream fromClient = connection.getInputStream();
            // Payara and GlassFish send the 101 only with the first bytes.
            toClient.flush();
            fromClient.setReadListener(new FromClient(fromClient, worker.getOutputStream()));
            threads.execute(this::copyToClient);
        } catch (IOException | RuntimeException e) {
            LOG.debug("A tunnel could not be opened", e);
            cut();
            toClient.close();
        }
    }

    @Override
    public void destroy() {
        UpgradedConnection client = toClient;
        if (client != null) {
            client.closed();
        }
        cut();
    }

    /** Closes the worker's connection, after which the copying thread closes the client's. Any thread may call it. */
    @Override
    public void cut() {
        open.remove(this);
        record.end();
        try {
            worker.close();
        } catch (IOException e) {
            LOG.debug("While closing", e);
        }
    }

    private void copyToClient() {
        try {
            byte[] buffer = new byte[BUFFER];
            for (int count = fromWorker.read(buffer); count >= 0; count = fromWorker.read(buffer)) {
                toClient.send(buffer, 0, count);
                record.addSent(count);
            }
        } catch (IOException e) {
            LOG.debug("A tunnel broke", e);
        }
        cut();
        toClient.close();
    }

    /** Copies the client's bytes to the worker. */
    private final class FromClient implements ReadListener {
        private final ServletInputStream fromClient;
        private final OutputStream toWorker;
        private final byte[] buffer = new byte[BUFFER];

        FromClient(ServletInputStream fromClient, OutputStream toWorker) {
            this.fromClient = fromClient;
            this.toWorker = toWorker;
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (fromClient.isReady()) {
                int count = fromClient.read(buffer);
                if (count < 0) {
                    onAllDataRead();
                    return;
                }
                record.addReceived(count);
                toWorker.write(buffer, 0, count);
                toWorker.flush();
            }
        }

        /** Ends only this direction, because the worker may still send bytes to the client. */
        @Override
        public void onAllDataRead() {
            try {
                worker.shutdownOutput();
            } catch (IOException e) {
                LOG.debug("While closing", e);
            }
        }

        /** Tomcat and others report the end of the client's connection as an error. */
        @Override
        public void onError(Throwable failure) {
            onAllDataRead();
        }
    }
}
