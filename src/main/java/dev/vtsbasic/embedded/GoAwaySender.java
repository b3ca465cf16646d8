package dev.vtsbasic.embedded;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends GOAWAY on HTTP/2 connections until it is closed: at once on open connections, and within about a second on new
 * ones and on those that Tomcat is just reading.
 */
final class GoAwaySender implements AutoCloseable {
    private static final long INTERVAL_SECONDS = 1;

    private final HeaderTimeoutProtocol protocol;
    private final CountDownLatch closed = new CountDownLatch(1);

    private GoAwaySender(HeaderTimeoutProtocol protocol) {
        this.protocol = protocol;
    }

    static GoAwaySender say(HeaderTimeoutProtocol protocol) {
        GoAwaySender goAwaySender = new GoAwaySender(protocol);
        protocol.endMultiplexing();
        Thread thread = new Thread(goAwaySender::run, "vts-goodbyes");
        thread.setDaemon(true);
        thread.start();
        return goAwaySender;
    }

    private void run() {
        try {
            while (!closed.await(INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                protocol.endMultiplexing();
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
