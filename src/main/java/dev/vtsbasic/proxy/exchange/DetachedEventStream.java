package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.UpgradedConnection;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to a client whose request the container has let go; see {@link EventStreamRegistry}. Public because
 * containers make it themselves.
 */
public final class DetachedEventStream implements HttpUpgradeHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DetachedEventStream.class);
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private EventStreamRegistry streams;
    private LeasedConnection worker;
    private InputStream events;
    private RequestRecord record;

    /** For the container. */
    public DetachedEventStream() {}

    /** Says what it is made of, before the container calls {@link #init}. */
    void of(EventStreamRegistry streams, LeasedConnection worker, InputStream events, RequestRecord record) {
        this.streams = streams;
        this.worker = worker;
        this.events = events;
        this.record = record;
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
            Chunk chunk = new Chunk();
            while (chunk.read(events)) {
                chunk.sendTo(toClient);
                record.sent(chunk.length);
            }
            worker.received();
            toClient.send(LAST_CHUNK, 0, LAST_CHUNK.length);
        } catch (IOException e) {
            // Without a last chunk the client knows that it was cut.
            LOG.debug("An event stream broke", e);
        }
        end();
        toClient.close();
    }

    /** Ends it at the worker; the end at the client follows. */
    void end() {
        if (streams.remove(this)) {
            worker.end();
            record.end();
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
            byte[] dropped = new byte[EventStreamRegistry.BUFFER];
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

    /** A chunk (RFC 9112 §7.1) in one piece, so that it leaves in one packet. */
    private static final class Chunk {
        /** Enough for the size of any chunk that fits in here. */
        private static final int SIZE = "fff\r\n".length();

        private final byte[] octets = new byte[SIZE + EventStreamRegistry.BUFFER + 2];
        private int length;

        /** Waits for some octets; false when there are no more. */
        boolean read(InputStream in) throws IOException {
            length = in.read(octets, SIZE, EventStreamRegistry.BUFFER);
            return length >= 0;
        }

        void sendTo(UpgradedConnection client) throws IOException {
            byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(size, 0, octets, SIZE - size.length, size.length);
            octets[SIZE + length] = '\r';
            octets[SIZE + length + 1] = '\n';
            client.send(octets, SIZE - size.length, size.length + length + 2);
        }
    }
}
