package dev.vtsbasic.proxy.container;

/**
 * Bounds how fast a response leaves while the client still sends its body. The sockets' buffers hold much of that if
 * the client does not read yet. Not thread-safe.
 */
final class EarlyResponseLimit {
    private static final int MAX_BYTES_PER_SECOND = 64 * 1024;

    private static final long SECOND_NANOS = 1_000_000_000;

    private long bytes;
    private long since;

    /** @param now the time from which on bytes count, in terms of {@link System#nanoTime} */
    void start(long now) {
        since = now;
    }

    /** Whether this many more bytes would exceed 64 KiB in a second. */
    boolean isExceededBy(int count) {
        long now = System.nanoTime();
        long elapsed = Math.min(now - since, SECOND_NANOS);
        bytes = Math.max(0, bytes - elapsed * MAX_BYTES_PER_SECOND / SECOND_NANOS);
        since = now;
        return bytes + count > MAX_BYTES_PER_SECOND;
    }

    void add(int count) {
        bytes += count;
    }
}
