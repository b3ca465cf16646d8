package dev.vtsbasic.bun.output;

/**
 * Cuts what a worker prints into lines, with or without {@code \\r} at the end; a longer line than 16 KiB comes in
 * pieces, none of which ends within a character.
 */
final class LineSplitter {
    static final int LONGEST_LINE = 16 * 1024;

    private final Lines lines;
    private final byte[] line = new byte[LONGEST_LINE];
    private int length;
    private boolean continued;

    /** Takes the lines. */
    interface Lines {
        /** Whether lines are wanted at all just now; if not, most of them are only counted. */
        boolean wanted();

        /** The first {@code length} bytes are a line; they change after the return. */
        void line(byte[] bytes, int length);

        /** So many lines were passed over. */
        void passedOver(long count);
    }

    LineSplitter(Lines lines) {
        this.lines = lines;
    }

    void take(byte[] bytes, int count) {
        int from = lines.wanted() ? 0 : passOver(bytes, count);
        while (from < count) {
            int room = Math.min(count, from + LONGEST_LINE - length);
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

    /** There is no more: what there is of a line is one. */
    void end() {
        if (length > 0) {
            endLine();
        }
    }

    private void endLine() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        if (end > 0 || !continued) {
            lines.line(line, end);
        }
        length = 0;
        continued = false;
    }

    private void cut() {
        int end = LONGEST_LINE - unfinished();
        lines.line(line, end);
        length = LONGEST_LINE - end;
        System.arraycopy(line, end, line, 0, length);
        continued = true;
    }

    /** How many bytes at the end of a full line are the beginning of a longer character. */
    private int unfinished() {
        for (int back = 1; back <= 3; back++) {
            int octet = line[LONGEST_LINE - back] & 0xFF;
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

    /** Counts all lines but the last few, which may be the last words, and returns where those begin. */
    private int passOver(byte[] bytes, int count) {
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
        lines.passedOver(passed);
        length = 0;
        continued = false;
        return last + 1;
    }
}
