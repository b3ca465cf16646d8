package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.BodyReception;
import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of a client's request, on its way to a worker.
 *
 * <p>The part of a small body that arrives within a few milliseconds is sent at once; each later part, and each part of
 * a larger body, is passed on as it arrives. A small body is kept, so that it can be sent a second time.
 */
public final class RequestBody extends AbstractHttpEntity {
    private static final Logger LOG = LoggerFactory.getLogger(RequestBody.class);

    /** Maximum length of a small body, in bytes. */
    private static final int SMALL = 16 * 1024;

    /** How long to wait for the rest of a small body before it is sent in parts. */
    private static final long SMALL_BODY_WAIT_NANOS = 3_000_000;

    private final ServletInputStream body;
    private final long length;
    private final long maxLength;
    private final ConnectionGuard guard;
    private final ClientConnection client;
    private final RequestRecord record;

    /** The bytes of a small body that have arrived; null before the first. */
    private byte[] kept;

    private int count;
    private volatile boolean started;
    private BodyReception reception;
    private Watchdog.Watched watched;
    private LeasedConnection connection;

    /**
     * @param body the container's stream, read through {@code guard} only
     * @param length in bytes; -1 when unknown
     * @param maxLength in bytes; 0 for no limit
     * @param guard of the client's connection
     * @param record counts the bytes that arrive
     */
    public RequestBody(
            ServletInputStream body, long length, long maxLength, ConnectionGuard guard, RequestRecord record) {
        super((String) null, null, length < 0);
        this.body = body;
        this.length = length;
        this.maxLength = maxLength == 0 ? Long.MAX_VALUE : maxLength;
        this.guard = guard;
        this.client = guard.client();
        this.record = record;
    }

    private boolean isSmall() {
        return length >= 0 && length <= SMALL;
    }

    /** Whether all of it has arrived and is kept. */
    boolean isWhole() {
        return isSmall() && count == length;
    }

    /** Whether it can be sent again: nothing was taken from the client yet, or it is kept. */
    boolean canBeSentAgain() {
        return !started || isSmall();
    }

    /** Prepares to send a body that has not arrived completely; the response may begin meanwhile. */
    void attempt(ExchangeContext context, LeasedConnection worker) {
        watched = context.watched();
        connection = worker;
        reception = guard.reception();
        reception.begin(context.request().expectsContinue() && !started);
    }

    /**
     * Sets the head of the response, and sends it if the body is still being received.
     *
     * @param head sets status and header fields of {@code response}
     */
    void beginResponse(HttpServletResponse response, Runnable head) throws IOException {
        guard.reception().beginResponse(response, head);
    }

    /** Whether the container itself has refused the body as malformed. */
    boolean isRefusedByContainer() {
        return reception.isRefusedByContainer();
    }

    /** Marks the whole response as sent, so that no thread waits for the rest of the body. */
    void endResponse() {
        reception.endResponse();
    }

    /** After the response, reads the rest of the body, because the client may otherwise lose the response. */
    public void linger(boolean awaitsContinue) {
        try {
            guard.linger(awaitsContinue);
        } catch (IOException | RuntimeException e) {
            LOG.debug("The client left after its response", e);
        }
    }

    /**
     * Reads the part of a small body that arrives within a few milliseconds; nothing of a larger one.
     *
     * @param awaitsContinue whether the client waits for a 100 (Continue), which this makes the container send; the
     *     read may then take any time
     */
    void readIfSmall(boolean awaitsContinue) throws IOException {
        boolean mayWait = started && !client.tellsInput();
        if (!isSmall() || isWhole() || mayWait) {
            return;
        }
        if (awaitsContinue && !started) {
            started = true;
            kept = new byte[(int) length];
            keep(read(() -> guard.read(body, kept, 0, kept.length)));
            if (!client.tellsInput()) {
                return;
            }
        }
        started = true;
        kept = kept == null ? new byte[(int) length] : kept;
        long end = System.nanoTime() + SMALL_BODY_WAIT_NANOS;
        for (boolean more = true; more && !isWhole(); ) {
            int read = read(() -> guard.readUntil(end, body, kept, count));
            keep(read);
            more = read > 0 && client.tellsInput();
        }
    }

    private void keep(int read) throws ClientDisconnectedException {
        if (read < 0) {
            throw endedEarly(count);
        }
        count += read;
    }

    private ClientDisconnectedException endedEarly(long total) {
        return ClientDisconnectedException.ofBody(new IOException("The body ended after " + total + " of " + length));
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        if (isWhole()) {
            out.write(kept);
            return;
        }
        byte[] buffer = new byte[SMALL];
        long total = count;
        try {
            if (count > 0) {
                pass(kept, count, out);
            }
            for (int read = readNext(buffer); read >= 0; read = readNext(buffer)) {
                started = true;
                total += read;
                if (total > maxLength) {
                    throw new BodyTooLargeException();
                }
                if (isSmall()) {
                    System.arraycopy(buffer, 0, kept, count, read);
                    count += read;
                }
                pass(buffer, read, out);
                if (total == length) {
                    // No further read, because the app may respond at once, and nothing may be read after that.
                    return;
                }
            }
            if (client.isStream() && client.isGone()) {
                // A reset between two reads looks like the end of the body.
                throw new ClientDisconnectedException(new IOException("The client reset the stream within its body"));
            }
            if (length >= 0 && total != length) {
                throw endedEarly(total);
            }
        } catch (UnsentException e) {
            // Does not abort the connection, because the worker may have responded before it closed, and the response
            // can still be read.
            throw e;
        } catch (ClientDisconnectedException e) {
            // The caller still closes `out`, which would end a chunked body as if it were complete. Only this side of
            // the connection is ended, because the worker may already have responded.
            connection.endRequest();
            throw e;
        } catch (IOException | RuntimeException e) {
            connection.abort();
            throw e;
        } finally {
            reception.end();
        }
    }

    private static void pass(byte[] buffer, int count, OutputStream out) throws UnsentException {
        try {
            out.write(buffer, 0, count);
            out.flush();
        } catch (IOException e) {
            throw new UnsentException(e);
        }
    }

    private int readNext(byte[] buffer) throws IOException {
        watched.beginClientTurn();
        try {
            return read(() -> reception.receive(body, buffer));
        } finally {
            watched.endClientTurn();
        }
    }

    private int read(ConnectionGuard.Call<Integer> reading) throws IOException {
        try {
            int read = reading.run();
            record.addReceived(Math.max(0, read));
            return read;
        } catch (BodyReception.ResponseCompleteException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            throw new ClientDisconnectedException(e);
        } catch (IOException e) {
            throw ClientDisconnectedException.ofBody(e);
        } catch (RuntimeException e) {
            // When the client resets a stream, Tomcat takes the request away from a thread other than its own. Open
            // Liberty fails in this way at a chunk of an impossible size.
            throw ClientDisconnectedException.ofBody(new IOException(e));
        }
    }

    @Override
    public long getContentLength() {
        return length;
    }

    @Override
    public InputStream getContent() {
        return body;
    }

    @Override
    public boolean isRepeatable() {
        return isWhole();
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public void close() {
        // The container closes the stream itself.
    }

    /** The worker reads no more of the body. */
    private static final class UnsentException extends IOException {
        private static final long serialVersionUID = 1L;

        UnsentException(IOException cause) {
            super(cause);
        }
    }

    /** The body has more bytes than the setting allows. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
