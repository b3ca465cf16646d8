package dev.vtsbasic.proxy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at all Unix sockets four times a second and closes those whose read is overdue. */
final class ReadWatchdog implements AutoCloseable {
    private static final long PERIOD_MILLIS = 250;

    private final Set<UnixSocket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    ReadWatchdog() {
        Thread thread = new Thread(this::run, "vts-read-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    void watch(UnixSocket socket) {
        sockets.add(socket);
    }

    void forget(UnixSocket socket) {
        sockets.remove(socket);
    }

    private void run() {
        try {
            while (!closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                sockets.forEach(socket -> socket.closeIfOverdue(now));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
