package dev.vtsbasic.limit;

/**
 * How much of the Java heap requests, streams and connections may have together, and what each of them takes: the one
 * number that says how many of them there may be.
 *
 * <p>The weights are what a heap of Java 25 grew by for each of a thousand of them, rounded up.
 */
public record HeapBudget(long bytes) {
    private static final int KIB = 1024;

    /** An open connection, whose buffers are off the heap. */
    public static final int CONNECTION = 2 * KIB;

    /** A tunnel or an event stream without a request, both its sides; 15.5 KiB more than its connection. */
    public static final int STREAM = 15 * KIB + KIB / 2;

    /** A connection of HTTP/2 without its streams. */
    public static final int MULTIPLEXED = 20 * KIB;

    /** From its first octet to the end of its answer: 118 KiB, and up to 164 with the longest fields. */
    public static final int REQUEST = 128 * KIB;

    /** One whose body comes by HTTP/2, which keeps a window of it, twice. */
    public static final int REQUEST_WITH_WINDOW = 208 * KIB;

    /** What there is without any of them. */
    private static final int BASE = 20 * KIB * KIB;

    private static final int FEWEST_REQUESTS = 32;

    /**
     * Of this Java machine; a fifth is left to what comes and goes, without which no garbage collector works.
     *
     * @param cache bytes that the shared cache may have; half as much is for answers on their way into it
     */
    public static HeapBudget ofHeap(long cache) {
        long bytes = Runtime.getRuntime().maxMemory() / 10 * 8 - BASE - cache - cache / 2;
        return bytes < least().bytes ? least() : new HeapBudget(bytes);
    }

    /** For a few requests, however small the heap is. */
    public static HeapBudget least() {
        return new HeapBudget((long) FEWEST_REQUESTS * (REQUEST + CONNECTION));
    }

    /** How many requests there may be when there is nothing else. */
    public int requests() {
        return (int) Math.min(Integer.MAX_VALUE, bytes / (REQUEST + CONNECTION));
    }
}
