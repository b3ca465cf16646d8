package dev.vtsbasic.conformance.smuggling;

/**
 * A request that different servers read in different ways.
 *
 * @param family the attack that it tries
 * @param text the bytes
 * @param verdict what a proxy may do with it
 */
public record MalformedRequest(String family, String text, Verdict verdict) {
    /** What a proxy may do with a request. */
    public enum Verdict {
        /** Refuse it, or forward one clean request. */
        REFUSE_OR_CLEAN,
        /** Refuse it: RFC 9112 leaves no other way. */
        REFUSE
    }
}
