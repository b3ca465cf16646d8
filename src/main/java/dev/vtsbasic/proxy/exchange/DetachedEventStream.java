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
 * An event stream that continues after its request has ended; see {@link EventStreamRegistry}. The class is public
 * because the container creates the instance.
 */
public final class DetachedEventStream implements HttpUpgradeHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DetachedEventStream.class);
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private EventStreamRegistry streams;
    private LeasedConnection worker;
    private InputStream events;
    private RequestRecord record;

    /** Called by the container. */
    public DetachedEventStream() {}

    /** Sets the worker's side, before the container calls {@link #init}. */
    void connect(EventStreamRegistry streams, LeasedConnection worker, InputStream events, RequestRecord record) {
        this.streams = streams;
        this.worker = worker;
        this.events = events;
        this.record = record;
    }

    @Override
    public void init(WebConnection connection) {
        UpgradedConnection toClient = new UpgradedConnection(connection);
        try {
            toClient.open();
            ServletInputStream fromClient = connection.getInputStream();
            fromClient.setReadListener(new FromClient(fromClient));
            streams.execute(() -> copyTo(toClient));
        } catch (IOException | RuntimeException e) {
            LOG.debug("An event stream could not continue", e);
            end();
            toClient.close();
        }
    }

    private void copyTo(UpgradedConnection toClient) {
        try {
            Chunk chunk = new Chunk();
            while (chunk.read(events)) {
                chunk.sendTo(toClient);
                record.addSent(chunk.length);
            }
            worker.endResponse();
            toClient.send(LAST_CHUNK, 0, LAST_CHUNK.length);
        } catch (IOException e) {
            // The client sees that the stream is incomplete, because it gets no last chunk.
            LOG.debug("An event stream broke", e);
        }
        end();
        toClient.close();
    }

    /** Closes the worker's connection, after which the copying thread closes the client's. Any thread may call it. */
    void end() {
        if (streams.remove(this)) {
            worker.closeDetached();
            record.end();
        }
    }

    @Override
    public void destroy() {
        end();
    }

    /** Drops bytes from the client, which sends no further request, and notices that the client has left. */
    private final class FromClient implements ReadListener {
        private final ServletInputStream fromClient;

        FromClient(ServletInputStream fromClient) {
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

    /** A chunk (RFC 9112 §7.1), written with one call, so that it leaves in one packet. */
    private static final class Chunk {
        /** Bytes of the chunk's size and its line end, at most. */
        private static final int MAX_SIZE_LINE = "fff\r\n".length();

        private final byte[] octets = new byte[MAX_SIZE_LINE + EventStreamRegistry.BUFFER + 2];
        private int length;

        /** Waits for bytes; false when there are no more. */
        boolean read(InputStream in) throws IOException {
            length = in.read(octets, MAX_SIZE_LINE, EventStreamRegistry.BUFFER);
            return length >= 0;
        }

        void sendTo(UpgradedConnection client) throws IOException {
            byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(size, 0, octets, MAX_SIZE_LINE - size.length, size.length);
            octets[MAX_SIZE_LINE + length] = '\r';
            octets[MAX_SIZE_LINE + length + 1] = '\n';
            client.send(octets, MAX_SIZE_LINE - size.length, size.length + length + 2);
        }
    }
}
