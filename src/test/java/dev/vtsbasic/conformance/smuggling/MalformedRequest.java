package dev.vtsbasic.conformance.smuggling;

/**
 * A request that some servers read in one way and some in another.
 *
 * @param family what it tries
 * @param text the bytes
 * @param verdict what may become of it
 */
public record MalformedRequest(String family, String text, Verdict verdict) {
    /** What a proxy may do with it. */
    public enum Verdict {
        /** Refuse it, or forward one clean request. */
        REFUSE_OR_CLEAN,
        /** Refuse it: RFC 9112 leaves no other way. */
        REFUSE
    }
}
