package dev.vtsbasic.asset;

import dev.vtsbasic.syntax.HttpDate;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Enumeration;

/** Evaluates the conditional header fields of a request for one representation, in the order of RFC 9110 §13.2.2. */
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
        } else {
            Instant since = date(request, "If-Unmodified-Since");
            if (since != null && since.isBefore(modified.at())) {
                return Outcome.FAILED;
            }
        }
        Enumeration<String> ifNoneMatch = request.getHeaders("If-None-Match");
        if (ifNoneMatch.hasMoreElements()) {
            return lists(ifNoneMatch, entityTag, false) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
        }
        Instant since = date(request, "If-Modified-Since");
        return since != null && !modified.at().isAfter(since) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
    }

    /**
     * Whether If-Range allows a partial response (RFC 9110 §13.1.5). The client combines the part with what it has, so
     * both must be of the same representation. Several If-Range lines do not allow it.
     */
    static boolean rangeHolds(HttpServletRequest request, String entityTag, Modified modified) {
        Enumeration<String> lines = request.getHeaders("If-Range");
        if (!lines.hasMoreElements()) {
            return true;
        }
        String stripped = lines.nextElement().strip();
        if (lines.hasMoreElements()) {
            return false;
        }
        return stripped.startsWith("\"")
                ? stripped.equals(entityTag)
                : modified.at().equals(HttpDate.parse(stripped)) && modified.isStrong(Instant.now());
    }

    /** The date of a header field; null if the field is missing, invalid, or has several lines. */
    private static Instant date(HttpServletRequest request, String field) {
        Enumeration<String> lines = request.getHeaders(field);
        if (!lines.hasMoreElements()) {
            return null;
        }
        String line = lines.nextElement();
        return lines.hasMoreElements() ? null : HttpDate.parse(line);
    }

    /**
     * Whether the lines list the entity tag, or are a single {@code *}, which matches any representation.
     *
     * @param strong whether weak tags never match (RFC 9110 §8.8.3.2)
     */
    private static boolean lists(Enumeration<String> lines, String entityTag, boolean strong) {
        String line = lines.nextElement();
        if (!lines.hasMoreElements() && line.strip().equals("*")) {
            return true;
        }
        while (!lists(line, entityTag, strong)) {
            if (!lines.hasMoreElements()) {
                return false;
            }
            line = lines.nextElement();
        }
        return true;
    }

    /** Whether one line lists the entity tag. Malformed elements are skipped up to the next comma. */
    private static boolean lists(String line, String entityTag, boolean strong) {
        for (int at = 0; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == ' ' || c == '\t' || c == ',') {
                continue;
            }
            boolean weak = line.startsWith("W/\"", at);
            int open = weak ? at + 2 : at;
            int close = line.charAt(open) == '"' ? line.indexOf('"', open + 1) : -1;
            if (close > 0
                    && !(weak && strong)
                    && close + 1 - open == entityTag.length()
                    && line.startsWith(entityTag, open)) {
                return true;
            }
            at = line.indexOf(',', Math.max(at, close));
            if (at < 0) {
                return false;
            }
        }
        return false;
    }
}
