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
 * Bounds how many requests of one connection of HTTP/2 run at once. Containers bound the streams that are open, and count one
 * no longer that was reset, by the client or because it broke a rule; but its request runs until that is noticed, and a
 * client that breaks rules on purpose could have any number of them running. Safe for any number of threads.
 */
final class StreamLimit {
    /** As many as a client is told that it may open. */
    private static final int STREAMS = 100;

    private static final long LOOK_EVERY_MILLIS = 100;

    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    private static final class Connection {
        private final Semaphore permits = new Semaphore(STREAMS, true);
        private int requests;
    }

    /** To be called before the request becomes asynchronous; the permit is to be closed in any case. */
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

    /** What a request needs to run. */
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
         * @return false when that took too long
         * @throws ClientDisconnectedException when the stream was reset meanwhile
         */
        boolean acquire(long deadline) throws IOException {
            if (connection == null) {
                return true;
            }
            try {
                while (!connection.permits.tryAcquire(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
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
