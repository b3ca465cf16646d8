package dev.vtsbasic.asset;

import java.util.ArrayList;
import java.util.List;

/**
 * The satisfiable ranges of a Range field (RFC 9110 §14).
 *
 * @param ranges in the order of the field
 */
record ByteRanges(List<ByteRange> ranges) {
    private static final String UNIT = "bytes=";

    /** A client that requests more ranges than this gets the whole representation. */
    private static final int MAX_RANGES = 100;

    private static final long NONE = -1;
    private static final long MALFORMED = -2;

    /**
     * One range.
     *
     * @param first offset of the first byte
     * @param last offset of the last byte, inclusive
     */
    record ByteRange(long first, long last) {
        long length() {
            return last - first + 1;
        }

        /**
         * The value of Content-Range.
         *
         * @param length of the whole representation
         */
        String of(long length) {
            return "bytes " + first + "-" + last + "/" + length;
        }
    }

    /**
     * @param length of the representation, in bytes
     * @return null if the field is to be ignored: it is malformed, has another unit, has more than 100 elements, or
     *     requests more bytes in total than the representation has; an empty list if no range is satisfiable
     */
    static ByteRanges parse(String field, long length) {
        if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        List<ByteRange> ranges = new ArrayList<>();
        long total = 0;
        String[] specs = field.substring(UNIT.length()).split(",", -1);
        if (specs.length > MAX_RANGES) {
            return null;
        }
        boolean any = false;
        for (String spec : specs) {
            String text = spec.strip();
            if (text.isEmpty()) {
                continue;
            }
            any = true;
            int dash = text.indexOf('-');
            if (dash < 0) {
                return null;
            }
            long from = number(text.substring(0, dash));
            long to = number(text.substring(dash + 1));
            if (from == MALFORMED
                    || to == MALFORMED
                    || from == NONE && to == NONE
                    || from >= 0 && to >= 0 && to < from) {
                return null;
            }
            long first = from == NONE ? Math.max(0, length - to) : from;
            long last = from == NONE || to == NONE ? length - 1 : Math.min(to, length - 1);
            if (length == 0 && from == NONE && to > 0) {
                // The last bytes of an empty representation are satisfiable, but Content-Range cannot express them.
                return null;
            }
            if (first <= last) {
                ranges.add(new ByteRange(first, last));
                total += last - first + 1;
            }
        }
        return any && total <= length ? new ByteRanges(List.copyOf(ranges)) : null;
    }

    private static long number(String digits) {
        if (digits.isEmpty()) {
            return NONE;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '9') {
                return MALFORMED;
            }
            // Capped against overflow: the cap is beyond the length of any file.
            number = Math.min(number * 10 + digit - '0', Long.MAX_VALUE / 20);
        }
        return number;
    }
}
