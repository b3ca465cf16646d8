package dev.vtsbasic.embedded.connector;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends GOAWAY on HTTP/2 connections until it is closed: at once on open connections, and within about a second on new
 * ones and on those that Tomcat is reading at the time.
 */
public final class GoAwaySender implements AutoCloseable {
    private static final long INTERVAL_SECONDS = 1;

    private final HeaderTimeoutProtocol protocol;
    private final CountDownLatch closed = new CountDownLatch(1);

    private GoAwaySender(HeaderTimeoutProtocol protocol) {
        this.protocol = protocol;
    }

    public static GoAwaySender start(HeaderTimeoutProtocol protocol) {
        GoAwaySender sender = new GoAwaySender(protocol);
        protocol.sendGoAway();
        Thread thread = new Thread(sender::run, "vts-goaway");
        thread.setDaemon(true);
        thread.start();
        return sender;
    }

    private void run() {
        try {
            while (!closed.await(INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                protocol.sendGoAway();
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
