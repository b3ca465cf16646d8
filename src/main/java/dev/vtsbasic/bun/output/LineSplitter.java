package dev.vtsbasic.bun.output;

/**
 * Splits a worker's output into lines, which end with {@code \n} or {@code \r\n}. A line longer than 16 KiB is passed
 * on in pieces, none of which ends within a character of UTF-8. Not thread-safe.
 */
final class LineSplitter {
    static final int MAX_LINE_LENGTH = 16 * 1024;

    private final LineSink lines;
    private final byte[] line = new byte[MAX_LINE_LENGTH];
    private int length;
    private boolean continued;

    /** Receives the lines. */
    interface LineSink {
        /** Whether the splitter is to pass on all lines. If not, it only counts most lines of the next chunk. */
        boolean wantsAll();

        /**
         * Receives a line: the first {@code length} bytes, without the line end. The splitter reuses the array
         * afterwards.
         */
        void onLine(byte[] bytes, int length);

        /** Receives the number of lines that the splitter has skipped at once. */
        void onSkipped(long count);
    }

    LineSplitter(LineSink lines) {
        this.lines = lines;
    }

    void add(byte[] bytes, int count) {
        int from = lines.wantsAll() ? 0 : skip(bytes, count);
        while (from < count) {
            int room = Math.min(count, from + MAX_LINE_LENGTH - length);
            int end = from;
            while (end < room && bytes[end] != '\n') {
                end++;
            }
            System.arraycopy(bytes, from, line, length, end - from);
            length += end - from;
            from = end;
            if (from < count && bytes[from] == '\n') {
                from++;
                endLine();
            } else if (from < count) {
                cut();
            }
        }
    }

    /** Ends the output: passes on an unfinished line as a line. */
    void end() {
        if (length > 0) {
            endLine();
        }
    }

    private void endLine() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        if (end > 0 || !continued) {
            lines.onLine(line, end);
        }
        length = 0;
        continued = false;
    }

    private void cut() {
        int end = MAX_LINE_LENGTH - incompleteBytes();
        lines.onLine(line, end);
        length = MAX_LINE_LENGTH - end;
        System.arraycopy(line, end, line, 0, length);
        continued = true;
    }

    /** The number of bytes at the end of the full buffer that are the start of an incomplete character. */
    private int incompleteBytes() {
        for (int back = 1; back <= 3; back++) {
            int octet = line[MAX_LINE_LENGTH - back] & 0xFF;
            if (octet >= 0xC0) {
                int needed = octet >= 0xF0 ? 4 : octet >= 0xE0 ? 3 : 2;
                return back < needed ? back : 0;
            }
            if (octet < 0x80) {
                return 0;
            }
        }
        return 0;
    }

    /**
     * Counts all lines but the last {@value OutputTail#SIZE}, which may explain the worker's end, and returns the index
     * at which those begin.
     */
    private int skip(byte[] bytes, int count) {
        int lineEnds = 0;
        int last = count;
        while (lineEnds <= OutputTail.SIZE) {
            if (--last < 0) {
                return 0;
            }
            if (bytes[last] == '\n') {
                lineEnds++;
            }
        }
        long passed = 1;
        for (int i = 0; i < last; i++) {
            if (bytes[i] == '\n') {
                passed++;
            }
        }
        lines.onSkipped(passed);
        length = 0;
        continued = false;
        return last + 1;
    }
}
