package dev.vtsbasic.asset;

/**
 * Chooses a representation by Accept-Encoding (RFC 9110 §12.5.3): the one with the highest weight, and of equal weights
 * the shortest.
 *
 * <p>Browsers send only a few different lines, but clients may send any number of others. So each line is parsed anew,
 * without allocation, and results are not cached.
 */
final class AcceptEncoding {
    private static final int NOT_NAMED = -1;

    /** Weight of identity if the field does not name it: acceptable, but a coding that it names is preferred. */
    private static final int MIN_WEIGHT = 1;

    private static final int MAX_WEIGHT = 1000;

    private AcceptEncoding() {}

    /**
     * @param shortestFirst the representations to choose from, sorted by length
     * @param line all lines of the field, joined by commas; null if the request has none
     * @return null if no representation is acceptable
     */
    static Representation choose(Representation[] shortestFirst, String line) {
        Representation best = null;
        int most = 0;
        for (Representation candidate : shortestFirst) {
            int weight = weightOf(candidate, line);
            if (weight > most) {
                most = weight;
                best = candidate;
            }
        }
        return best;
    }

    private static int weightOf(Representation candidate, String line) {
        if (line == null) {
            // The RFC allows any coding here, but a client that sends no such field may not support any.
            return candidate.coding() == null ? MAX_WEIGHT : 0;
        }
        int weight = weight(line, candidate.token());
        if (weight == NOT_NAMED && candidate.coding() == Coding.GZIP) {
            weight = weight(line, "x-gzip");
        }
        if (weight == NOT_NAMED) {
            weight = weight(line, "*");
        }
        if (weight == NOT_NAMED) {
            weight = candidate.coding() == null ? MIN_WEIGHT : 0;
        }
        return weight;
    }

    /** The quality value of a coding in thousandths, from 0 to 1000; {@code NOT_NAMED} if the line does not name it. */
    private static int weight(String line, String coding) {
        int length = line.length();
        for (int start = 0; start < length; ) {
            int end = line.indexOf(',', start);
            if (end < 0) {
                end = length;
            }
            int from = start;
            while (from < end && isSpace(line.charAt(from))) {
                from++;
            }
            int after = from + coding.length();
            if (after <= end
                    && line.regionMatches(true, from, coding, 0, coding.length())
                    && (after == end || line.charAt(after) == ';' || isSpace(line.charAt(after)))) {
                return quality(line, after, end);
            }
            start = end + 1;
        }
        return NOT_NAMED;
    }

    /** Reads a parameter such as {@code ;q=0.5}. A missing or malformed quality value counts as 1. */
    private static int quality(String line, int from, int end) {
        int at = line.indexOf(';', from);
        if (at < 0 || at >= end) {
            return MAX_WEIGHT;
        }
        at++;
        while (at < end && isSpace(line.charAt(at))) {
            at++;
        }
        if (at + 2 >= end || (line.charAt(at) | 0x20) != 'q' || line.charAt(at + 1) != '=') {
            return MAX_WEIGHT;
        }
        at += 2;
        int weight = line.charAt(at) == '1' ? MAX_WEIGHT : 0;
        if (weight == MAX_WEIGHT || line.charAt(at) != '0') {
            return MAX_WEIGHT;
        }
        at += 2;
        for (int unit = 100; unit > 0 && at < end; unit /= 10, at++) {
            char digit = line.charAt(at);
            if (digit < '0' || digit > '9') {
                break;
            }
            weight += (digit - '0') * unit;
        }
        return weight;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
