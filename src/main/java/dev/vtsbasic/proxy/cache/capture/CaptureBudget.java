package dev.vtsbasic.proxy.cache.capture;

import java.util.concurrent.atomic.AtomicLong;

/** Limits the memory of the bodies that are being collected. Safe for any number of threads. */
public final class CaptureBudget {
    private final AtomicLong left;
    private final long maxBody;

    /**
     * @param bytes that all bodies together may take
     * @param maxBody maximum length in bytes of one body
     */
    public CaptureBudget(long bytes, long maxBody) {
        left = new AtomicLong(bytes);
        this.maxBody = maxBody;
    }

    /** Counts bytes, even if fewer are left, and returns whether there were enough. */
    boolean take(long bytes) {
        return left.addAndGet(-bytes) >= 0;
    }

    void release(long bytes) {
        left.addAndGet(bytes);
    }

    long maxBody() {
        return maxBody;
    }
}
