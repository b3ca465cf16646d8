package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
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
 * The client's body on its way to a worker.
 *
 * <p>What comes of a small one within a few milliseconds is sent at once; whatever comes later is passed on as it arrives,
 * as each piece of any other is. Of a small one a copy is kept, so that it can be sent a second time.
 */
public final class RequestBody extends AbstractHttpEntity {
    private static final Logger LOG = LoggerFactory.getLogger(RequestBody.class);
    private static final int SMALL = 16 * 1024;

    /** How long to wait for the rest of a small one before it is sent in pieces. */
    private static final long SOON_NANOS = 3_000_000;

    private final ServletInputStream body;
    private final long length;
    private final long longest;
    private final ClientConnection client;
    private final ConnectionGuard guard;
    private final RequestRecord record;
    /** Of a small one, the octets that have come. */
    private byte[] kept;

    private int count;
    private volatile boolean started;
    private Watchdog.Watched watched;
    private Runnable cut = () -> {};
    private Runnable end = () -> {};

    /**
     * @param body only read through {@code guard}
     * @param length in bytes; -1 when unknown
     * @param longest how many bytes are allowed; 0 for any number
     * @param client whose body it is
     * @param record is told what came
     */
    public RequestBody(
            ServletInputStream body,
            long length,
            long longest,
            ClientConnection client,
            ConnectionGuard guard,
            RequestRecord record) {
        super((String) null, null, length < 0);
        this.body = body;
        this.length = length;
        this.longest = longest == 0 ? Long.MAX_VALUE : longest;
        this.client = client;
        this.guard = guard;
        this.record = record;
    }

    private boolean isSmall() {
        return length >= 0 && length <= SMALL;
    }

    /** Whether all of it has come, and is kept. */
    boolean isWhole() {
        return isSmall() && count == length;
    }

    /** Whether it could be sent again: nothing was taken from the client yet, or what was is kept. */
    boolean canBeSentAgain() {
        return !started || isSmall();
    }

    /**
     * Before a body is sent that has not come as a whole.
     *
     * @param watched is told who is to act
     * @param awaitsContinue whether the client sends it only when it is told to
     * @param cut cuts the connection to the worker, so that what was sent of the body cannot pass for the whole
     * @param end the same when the client has broken off, and the worker may have answered before
     */
    void attempt(Watchdog.Watched watched, boolean awaitsContinue, Runnable cut, Runnable end) {
        this.watched = watched;
        this.cut = cut;
        this.end = end;
        guard.beginReceiving(awaitsContinue && !started);
    }

    /** @param head puts the head of the answer to a large body into {@code answer}, which sends it */
    void beginAnswering(HttpServletResponse answer, Runnable head) throws IOException {
        guard.beginAnswering(answer, head);
    }

    /** Whether the container itself answers that it is malformed. */
    boolean isRefusedByContainer() {
        return guard.isRefusedByContainer();
    }

    /** The whole answer was sent, so that the rest of the body is of no use. */
    void endAnswering() {
        guard.endAnswering();
    }

    /** After the answer, which the client may get to read only when nothing of the body is left unread. */
    public void linger(boolean awaitsContinue) {
        try {
            guard.linger(awaitsContinue);
        } catch (IOException | RuntimeException e) {
            LOG.debug("The client left after its answer", e);
        }
    }

    /**
     * Reads what comes of a small body within a few milliseconds; of a large one nothing.
     *
     * @param awaitsContinue whether the client sends it only when it is told to, which this does; it may take any time then
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
        long end = System.nanoTime() + SOON_NANOS;
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
                if (total > longest) {
                    throw new BodyTooLargeException();
                }
                if (isSmall()) {
                    System.arraycopy(buffer, 0, kept, count, read);
                    count += read;
                }
                pass(buffer, read, out);
                if (total == length) {
                    // Not to be read any more once the app has answered, which it may do at once.
                    return;
                }
            }
            if (client.isStream() && client.isGone()) {
                // Between two reads of it a reset looks like an end.
                throw new ClientDisconnectedException(new IOException("The client took its request back"));
            }
            if (length >= 0 && total != length) {
                throw endedEarly(total);
            }
        } catch (UnsentException e) {
            // Not cut: the worker may have answered before it closed, and that is still to be read.
            throw e;
        } catch (ClientDisconnectedException e) {
            // The caller closes `out` even now, which would end a chunked body as if it were complete.
            end.run();
            throw e;
        } catch (IOException | RuntimeException e) {
            cut.run();
            throw e;
        } finally {
            guard.endReceiving();
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
        watched.clientsTurn();
        try {
            return read(() -> guard.receive(body, buffer));
        } finally {
            watched.workersTurn();
        }
    }

    private int read(ConnectionGuard.Call<Integer> reading) throws IOException {
        try {
            int read = reading.run();
            record.received(Math.max(0, read));
            return read;
        } catch (ConnectionGuard.AnsweredException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            throw new ClientDisconnectedException(e);
        } catch (IOException e) {
            throw ClientDisconnectedException.ofBody(e);
        } catch (RuntimeException e) {
            // Tomcat takes the request away from a thread other than its own when the client resets the stream, and
            // Open Liberty fails so at a chunk of an impossible size.
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
        // The container closes what it opened.
    }

    /** The worker takes no more. */
    private static final class UnsentException extends IOException {
        private static final long serialVersionUID = 1L;

        UnsentException(IOException cause) {
            super(cause);
        }
    }

    /** There are more bytes than are allowed. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
