package dev.vtsbasic.proxy;

import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many requests of one HTTP/2 connection run at once. Containers bound only the open streams. A stream that
 * was reset, by the client or because the client violated the protocol, does not count there any more, but its request
 * runs until the proxy notices the reset. So a malicious client could have any number of requests running. Safe for any
 * number of threads.
 */
final class StreamLimit {
    /** Equals the number of streams that the server tells a client to open at most. */
    private static final int MAX_REQUESTS = 100;

    private static final long CHECK_MILLIS = 100;

    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    private static final class Connection {
        private final Semaphore permits = new Semaphore(MAX_REQUESTS, true);
        private int requests;
    }

    /** Call this before the request becomes asynchronous, and close the permit in any case. */
    Permit permitFor(HttpServletRequest request, ClientConnection client) {
        if (!client.isStream()) {
            return new Permit(client, null, null);
        }
        String id = request.getServletConnection().getConnectionId();
        Connection connection = connections.compute(id, (key, known) -> {
            Connection used = known == null ? new Connection() : known;
            used.requests++;
            return used;
        });
        return new Permit(client, id, connection);
    }

    /** Allows a request to run, once it is acquired. */
    final class Permit implements AutoCloseable {
        private final ClientConnection client;
        private final String id;
        private final Connection connection;
        private boolean acquired;

        private Permit(ClientConnection client, String id, Connection connection) {
            this.client = client;
            this.id = id;
            this.connection = connection;
        }

        /**
         * Waits until the connection has fewer requests.
         *
         * @param deadline until when to wait, in terms of {@link System#nanoTime}
         * @return false when the deadline passed
         * @throws ClientDisconnectedException when the stream was reset meanwhile
         */
        boolean acquire(long deadline) throws IOException {
            if (connection == null) {
                return true;
            }
            try {
                while (!connection.permits.tryAcquire(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                    throwIfGone();
                    if (System.nanoTime() - deadline >= 0) {
                        return false;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            acquired = true;
            throwIfGone();
            return true;
        }

        private void throwIfGone() throws ClientDisconnectedException {
            if (client.isGone()) {
                throw new ClientDisconnectedException(new IOException("The stream was reset before its request began"));
            }
        }

        @Override
        public void close() {
            if (connection == null) {
                return;
            }
            if (acquired) {
                connection.permits.release();
            }
            connections.computeIfPresent(id, (key, known) -> --known.requests == 0 ? null : known);
        }
    }
}
