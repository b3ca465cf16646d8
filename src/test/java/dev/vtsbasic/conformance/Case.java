package dev.vtsbasic.conformance;

/**
 * A behaviour that a proxy shows or does not show.
 *
 * @param name the behaviour
 * @param source where it is asked for
 * @param limit why VTS Basic cannot show it in every container; empty when it must
 */
record Case(String name, Level level, String source, Script script, String limit) {
    /** How binding a behaviour is. */
    enum Level {
        /** An RFC says MUST. */
        MUST,
        /** An RFC says SHOULD, or a user would call anything else a bug. */
        SHOULD,
        /** We promise it; others need not. */
        OURS
    }

    /** What shows the behaviour; it throws when the proxy does something else. */
    @FunctionalInterface
    interface Script {
        void play(Scene scene) throws Exception;
    }

    static Case must(String name, String source, Script script) {
        return new Case(name, Level.MUST, source, script, "");
    }

    static Case should(String name, String source, Script script) {
        return new Case(name, Level.SHOULD, source, script, "");
    }

    static Case ours(String name, String source, Script script) {
        return new Case(name, Level.OURS, source, script, "");
    }

    /** The same case, which VTS Basic may fail for this reason. */
    Case limitedBy(String reason) {
        return new Case(name, level, source, script, reason);
    }
}
