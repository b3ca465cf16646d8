package dev.vtsbasic.conformance.harness;

/**
 * A behaviour that a proxy shows or does not show.
 *
 * @param name the behaviour
 * @param source where it is asked for
 * @param limit why VTS Basic cannot show it in every container; empty when it must
 */
public record Case(String name, Level level, String source, Script script, String limit) {
    /** How binding a behaviour is. */
    public enum Level {
        /** An RFC says MUST. */
        MUST,
        /** An RFC says SHOULD, or a user would call anything else a bug. */
        SHOULD,
        /** We promise it; others need not. */
        OURS
    }

    /** What shows the behaviour; it throws when the proxy does something else. */
    @FunctionalInterface
    public interface Script {
        void play(Scene scene) throws Exception;
    }

    public static Case must(String name, String source, Script script) {
        return new Case(name, Level.MUST, source, script, "");
    }

    public static Case should(String name, String source, Script script) {
        return new Case(name, Level.SHOULD, source, script, "");
    }

    public static Case ours(String name, String source, Script script) {
        return new Case(name, Level.OURS, source, script, "");
    }

    /** The same case, which VTS Basic may fail for this reason. */
    public Case limitedBy(String reason) {
        return new Case(name, level, source, script, reason);
    }
}
