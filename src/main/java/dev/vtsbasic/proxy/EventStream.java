package dev.vtsbasic.proxy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to a client whose request the container has let go; see {@link EventStreams}. Public because
 * containers make it themselves.
 */
public final class EventStream implements HttpUpgradeHandler {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    private EventStreams streams;
    private WorkerConnection worker;
    private InputStream events;
    private ClientConnection client;

    /** For the container. */
    public EventStream() {}

    /** Says what it is made of, before the container calls {@link #init}. */
    void of(EventStreams streams, WorkerConnection worker, InputStream events, ClientConnection client) {
        this.streams = streams;
        this.worker = worker;
        this.events = events;
        this.client = client;
    }

    @Override
    public void init(WebConnection connection) {
        try {
            UpgradedConnection toClient = new UpgradedConnection(connection);
            ServletInputStream fromClient = connection.getInputStream();
            fromClient.setReadListener(new Departure(fromClient));
            streams.execute(() -> copyTo(toClient));
        } catch (IOException | RuntimeException e) {
            LOG.debug("An event stream could not go on", e);
            end();
        }
    }

    private void copyTo(UpgradedConnection toClient) {
        try {
            toClient.copyFrom(events, new byte[EventStreams.BUFFER]);
            worker.received();
        } catch (IOException e) {
            if (streams.isOpen(this)) {
                LOG.debug("An event stream broke", e);
                client.resetWhenClosed();
            }
        }
        end();
        toClient.close();
    }

    /** Ends it at the worker; the end at the client follows. */
    void end() {
        if (streams.remove(this)) {
            worker.end();
        }
    }

    @Override
    public void destroy() {
        end();
    }

    /** Whoever asked for events has nothing more to say; what comes all the same is dropped. */
    private final class Departure implements ReadListener {
        private final ServletInputStream fromClient;

        Departure(ServletInputStream fromClient) {
            this.fromClient = fromClient;
        }

        @Override
        public void onDataAvailable() throws IOException {
            byte[] dropped = new byte[EventStreams.BUFFER];
            while (fromClient.isReady()) {
                if (fromClient.read(dropped) < 0) {
                    end();
                    return;
                }
            }
        }

        @Override
        public void onAllDataRead() {
            end();
        }

        @Override
        public void onError(Throwable failure) {
            end();
        }
    }
}
