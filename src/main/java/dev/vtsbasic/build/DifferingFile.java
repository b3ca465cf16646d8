package dev.vtsbasic.build;

/**
 * A file that is not the same in two builds.
 *
 * @param first its path in the first build; null when only the second has it
 * @param second its path in the second build, which differs when a hash in the name does; null when only the first has it
 */
record DifferingFile(String first, String second) {
    /** The path to sort by and to name it with. */
    String name() {
        return first != null ? first : second;
    }

    boolean isInBoth() {
        return first != null && second != null;
    }

    boolean isRenamed() {
        return isInBoth() && !first.equals(second);
    }

    @Override
    public String toString() {
        if (!isInBoth()) {
            return name() + " (only in the " + (second == null ? "first" : "second") + ")";
        }
        return isRenamed() ? first + " (" + fileName(second) + " in the second)" : first;
    }

    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
