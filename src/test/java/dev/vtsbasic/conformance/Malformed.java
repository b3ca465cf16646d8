package dev.vtsbasic.conformance;

/**
 * A request that some servers read in one way and some in another.
 *
 * @param family what it tries
 * @param text the bytes
 * @param verdict what may become of it
 */
record Malformed(String family, String text, Verdict verdict) {
    /** What a proxy may do with it. */
    enum Verdict {
        /** Refuse it, or forward one clean request. */
        REFUSE_OR_CLEAN,
        /** Refuse it: RFC 9112 leaves no other way. */
        REFUSE
    }
}
