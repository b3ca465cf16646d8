package dev.vtsbasic.testing;

/** Whether the long set of tests runs ({@code mvn verify -Pall}), in which counts are large. */
public final class LongSet {
    public static final boolean RUNS = Boolean.getBoolean("test.long");

    private LongSet() {}

    /** Returns a count that is larger in the long set. */
    public static int count(int usual, int inLongSet) {
        return RUNS ? inLongSet : usual;
    }
}
