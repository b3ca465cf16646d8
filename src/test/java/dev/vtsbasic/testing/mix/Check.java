package dev.vtsbasic.testing.mix;

/** Fails a client whose response is wrong. */
final class Check {
    private Check() {}

    static void that(boolean holds, String failure) {
        if (!holds) {
            throw new AssertionError(failure);
        }
    }
}
