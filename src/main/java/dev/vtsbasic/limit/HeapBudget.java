package dev.vtsbasic.limit;

/**
 * The part of the Java heap that requests, streams and connections may use together, and the weight of each. It bounds
 * their number.
 *
 * <p>The weights are in bytes, measured on Java 25: the growth of the heap for each of a thousand, rounded up.
 *
 * @param bytes for all of them together
 */
public record HeapBudget(long bytes) {
    private static final int KIB = 1024;

    /** Weight of an open connection, whose buffers are off the heap. */
    public static final int CONNECTION = 2 * KIB;

    /**
     * Weight of a tunnel, or of an event stream without a request, with both its sides: 15.5 KiB above its connection.
     */
    public static final int STREAM = 15 * KIB + KIB / 2;

    /** Weight of an HTTP/2 connection without its streams, above {@link #CONNECTION}. */
    public static final int MULTIPLEXED = 20 * KIB;

    /**
     * Weight of a request, from its first byte to the end of the response. Measured: 118 KiB, and up to 164 KiB with
     * the longest header fields.
     */
    public static final int REQUEST = 128 * KIB;

    /** Weight of a request with a body on HTTP/2, where a flow-control window of the body is kept twice. */
    public static final int REQUEST_WITH_WINDOW = 208 * KIB;

    /** Bytes of the heap that are in use without any request, stream or connection. */
    private static final int BASE = 20 * KIB * KIB;

    private static final int MIN_REQUESTS = 32;

    /**
     * The budget of this JVM, at least {@link #minimum}. A fifth of the heap stays free for short-lived objects, because
     * no garbage collector works without free memory.
     *
     * @param cache bytes that the shared cache may use; half as much again is for responses on their way into it
     */
    public static HeapBudget ofHeap(long cache) {
        long bytes = Runtime.getRuntime().maxMemory() / 10 * 8 - BASE - cache - cache / 2;
        return bytes < minimum().bytes ? minimum() : new HeapBudget(bytes);
    }

    /** The budget for 32 requests, however small the heap is. */
    public static HeapBudget minimum() {
        return new HeapBudget((long) MIN_REQUESTS * (REQUEST + CONNECTION));
    }

    /** The number of requests, each on its own connection, that fill the whole budget. */
    public int requests() {
        return (int) Math.min(Integer.MAX_VALUE, bytes / (REQUEST + CONNECTION));
    }
}
