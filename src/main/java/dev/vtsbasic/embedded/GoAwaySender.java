package dev.vtsbasic.embedded;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says GOAWAY on connections of HTTP/2 until it is closed: on those that are open at once, or within a second when they
 * are just being read, and on new ones soon after they were made.
 */
final class GoAwaySender implements AutoCloseable {
    private static final long SAY_EVERY_SECONDS = 1;

    private final HeaderTimeoutProtocol protocol;
    private final CountDownLatch closed = new CountDownLatch(1);

    private GoAwaySender(HeaderTimeoutProtocol protocol) {
        this.protocol = protocol;
    }

    static GoAwaySender say(HeaderTimeoutProtocol protocol) {
        GoAwaySender goodbyes = new GoAwaySender(protocol);
        protocol.endMultiplexing();
        Thread thread = new Thread(goodbyes::run, "vts-goodbyes");
        thread.setDaemon(true);
        thread.start();
        return goodbyes;
    }

    private void run() {
        try {
            while (!closed.await(SAY_EVERY_SECONDS, TimeUnit.SECONDS)) {
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
