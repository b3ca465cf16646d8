package dev.vtsbasic.conformance.harness;

/**
 * A behaviour that a proxy either shows or not.
 *
 * @param name the behaviour
 * @param source the specification that requires it
 * @param limit why VTS Basic cannot show it in every container; empty when it must
 */
public record Case(String name, Level level, String source, Script script, String limit) {
    /** How binding a behaviour is. */
    public enum Level {
        /** An RFC says MUST. */
        MUST,
        /** An RFC says SHOULD, or a user would call any other behaviour a bug. */
        SHOULD,
        /** VTS Basic promises it; other proxies need not. */
        OURS
    }

    /** Plays the case; throws when the proxy behaves otherwise. */
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

    /** Returns the same case, which VTS Basic may fail for this reason. */
    public Case limitedBy(String reason) {
        return new Case(name, level, source, script, reason);
    }
}
