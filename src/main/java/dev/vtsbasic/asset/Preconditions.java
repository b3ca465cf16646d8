package dev.vtsbasic.asset;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Enumeration;

/** The conditions of a request for one representation, in the order of RFC 9110 §13.2.2. */
final class Preconditions {
    private Preconditions() {}

    enum Outcome {
        PROCEED,
        NOT_MODIFIED,
        FAILED
    }

    static Outcome evaluate(HttpServletRequest request, String entityTag, Modified modified) {
        Enumeration<String> ifMatch = request.getHeaders("If-Match");
        if (ifMatch.hasMoreElements()) {
            if (!lists(ifMatch, entityTag, true)) {
                return Outcome.FAILED;
            }
        } else if (isBefore(request, "If-Unmodified-Since", modified.at())) {
            return Outcome.FAILED;
        }
        Enumeration<String> ifNoneMatch = request.getHeaders("If-None-Match");
        if (ifNoneMatch.hasMoreElements()) {
            return lists(ifNoneMatch, entityTag, false) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
        }
        if (request.getHeader("If-Modified-Since") != null) {
            Instant since = HttpDate.parse(request.getHeader("If-Modified-Since"));
            if (since != null && !modified.at().isAfter(since)) {
                return Outcome.NOT_MODIFIED;
            }
        }
        return Outcome.PROCEED;
    }

    /** RFC 9110 §13.1.5: a part of what the client has is of use only with the rest of the very same. */
    static boolean rangeHolds(HttpServletRequest request, String entityTag, Modified modified) {
        String validator = request.getHeader("If-Range");
        if (validator == null) {
            return true;
        }
        String stripped = validator.strip();
        return stripped.startsWith("\"")
                ? stripped.equals(entityTag)
                : modified.at().equals(HttpDate.parse(stripped)) && modified.isStrong(Instant.now());
    }

    private static boolean isBefore(HttpServletRequest request, String field, Instant modified) {
        String value = request.getHeader(field);
        if (value == null) {
            return false;
        }
        Instant date = HttpDate.parse(value);
        return date != null && date.isBefore(modified);
    }

    /** {@code *} stands for whatever exists; the strong comparison takes no weak tag (RFC 9110 §8.8.3.2). */
    private static boolean lists(Enumeration<String> lines, String entityTag, boolean strong) {
        while (lines.hasMoreElements()) {
            String line = lines.nextElement();
            for (int at = 0; at < line.length(); ) {
                char c = line.charAt(at);
                if (c == '*') {
                    return true;
                }
                boolean weak = line.startsWith("W/\"", at);
                int open = weak ? at + 2 : at;
                if (line.charAt(open) != '"') {
                    at++;
                    continue;
                }
                int close = line.indexOf('"', open + 1);
                if (close < 0) {
                    break;
                }
                int length = close + 1 - open;
                if (!(weak && strong)
                        && length == entityTag.length()
                        && line.regionMatches(open, entityTag, 0, length)) {
                    return true;
                }
                at = close + 1;
            }
        }
        return false;
    }
}
