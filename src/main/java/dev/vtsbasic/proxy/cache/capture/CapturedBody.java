package dev.vtsbasic.proxy.cache.capture;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** A response body that one thread collects while another thread reads it. */
final class CapturedBody extends ByteArrayOutputStream {
    /**
     * How many times a byte may be in memory until it is stored: once in this body, up to twice in HttpClient's cache,
     * which reads the body into an array that doubles when it is full, and once in the copy that it makes of that
     * array.
     */
    private static final int COPIES = 4;

    private final CaptureBudget budget;
    private long reserved;
    private int copies = COPIES;

    CapturedBody(CaptureBudget budget) {
        this.budget = budget;
    }

    /**
     * Counts bytes that are about to be collected against the budget.
     *
     * @return whether the budget and the maximum length of a body allow them
     */
    boolean reserve(int count) {
        reserved += count;
        return budget.take(COPIES * (long) count) && reserved <= budget.maxBody();
    }

    /** From now on, only this body counts against the budget, and not the copies in HttpClient's cache. */
    void releaseCopies() {
        budget.release((copies - 1) * reserved);
        copies = 1;
    }

    /** Returns all bytes to the budget. */
    void release() {
        budget.release(copies * reserved);
        reserved = 0;
    }

    /**
     * Copies bytes that were already collected; does not wait for more.
     *
     * @param from position in the body, in bytes
     * @return how many bytes were copied; 0 when there are none behind that position
     */
    synchronized int read(int from, byte[] into) {
        int length = Math.min(into.length, count - from);
        System.arraycopy(buf, from, into, 0, length);
        return length;
    }

    /** Returns the whole body in the internal array, trimmed to its length; not a copy. */
    synchronized byte[] whole() {
        if (buf.length != count) {
            buf = Arrays.copyOf(buf, count);
        }
        return buf;
    }
}
