package dev.vtsbasic.bun.output;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The last {@value #SIZE} lines that a worker printed, for the message about its end. Lines are copied as bytes and
 * decoded only when they are read. Safe for any number of threads.
 */
final class OutputTail {
    static final int SIZE = 20;

    private final byte[][] lines = new byte[SIZE][128];
    private final int[] lengths = new int[SIZE];
    private long count;

    synchronized void add(byte[] bytes, int length) {
        int slot = (int) (count % SIZE);
        if (lines[slot].length < length) {
            lines[slot] = Arrays.copyOf(bytes, length);
        } else {
            System.arraycopy(bytes, 0, lines[slot], 0, length);
        }
        lengths[slot] = length;
        count++;
    }

    /** Oldest first. */
    synchronized List<String> lines() {
        return LongStream.range(Math.max(0, count - SIZE), count)
                .mapToInt(number -> (int) (number % SIZE))
                .mapToObj(slot -> LogLineParser.text(lines[slot], lengths[slot]))
                .toList();
    }
}
