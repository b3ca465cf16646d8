package dev.vtsbasic.build.reproduction;

/**
 * A file that is not the same in two builds.
 *
 * @param first the path in the first build; null if only the second build has the file
 * @param second the path in the second build, which may have another hash in the name; null if only the first build has
 *     the file
 */
record DifferingFile(String first, String second) {
    /** The path that reports sort by and show: that of the first build, if it has the file. */
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
