package dev.vtsbasic.asset;

/**
 * Chooses a representation by Accept-Encoding (RFC 9110 §12.5.3): the heaviest, and of equal ones the shortest.
 *
 * <p>Nothing is allocated: each asset is asked for with one of a few lines, but anybody may send others.
 */
final class AcceptEncoding {
    private static final int NOT_NAMED = -1;

    /** What is not named is acceptable as it is, but whoever names codings wants them. */
    private static final int LEAST = 1;

    private static final int MOST = 1000;

    private AcceptEncoding() {}

    /**
     * @param line all of the request's lines, joined by commas; null when there is none
     * @return null when none is acceptable
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
            // Any would do; but who does not say so may not know what a coding is.
            return candidate.coding() == null ? MOST : 0;
        }
        int weight = weight(line, candidate.token());
        if (weight == NOT_NAMED && candidate.coding() == Coding.GZIP) {
            weight = weight(line, "x-gzip");
        }
        if (weight == NOT_NAMED) {
            weight = weight(line, "*");
        }
        if (weight == NOT_NAMED) {
            weight = candidate.coding() == null ? LEAST : 0;
        }
        return weight;
    }

    /** From 0 to 1000. */
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

    /** {@code ;q=0.5}; what is no quality value is taken for none, which is 1. */
    private static int quality(String line, int from, int end) {
        int at = line.indexOf(';', from);
        if (at < 0 || at >= end) {
            return MOST;
        }
        at++;
        while (at < end && isSpace(line.charAt(at))) {
            at++;
        }
        if (at + 2 >= end || (line.charAt(at) | 0x20) != 'q' || line.charAt(at + 1) != '=') {
            return MOST;
        }
        at += 2;
        int weight = line.charAt(at) == '1' ? MOST : 0;
        if (weight == MOST || line.charAt(at) != '0') {
            return MOST;
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
