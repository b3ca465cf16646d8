package dev.vtsbasic.build.reproduction;

import java.io.IOException;
import java.util.List;

/**
 * The result of comparing two builds.
 *
 * @param differing the files that differ, sorted by name
 * @param first the position where the difference begins; null if no file differs
 */
record BuildComparison(List<DifferingFile> differing, Difference first) {
    static final BuildComparison EQUAL = new BuildComparison(List.of(), null);

    /** Compares the two builds of {@code causes}. */
    static BuildComparison of(CauseFinder causes) throws IOException {
        List<DifferingFile> differing = TreeComparison.between(causes.first(), causes.second());
        return differing.isEmpty()
                ? EQUAL
                : new BuildComparison(differing, Difference.of(differing, causes.first(), causes.second(), causes));
    }

    boolean isEqual() {
        return differing.isEmpty();
    }
}
