package dev.vtsbasic.build;

/**
 * What looks like the name of a client file in some file of a build.
 *
 * @param path with a slash in front a path of a URL, {@code /shop/assets/main-abc.js}; without one a path within
 *     {@code client/}, {@code assets/main-abc.js}
 * @param certainty how sure it is that a file of this name has to exist
 */
record Mention(String path, Certainty certainty) {
    enum Certainty {
        /** Nothing else can be meant: an import, a preload list, a {@code url()} of a style sheet, a manifest. */
        CERTAIN,
        /** A string: it counts when it is below {@code assets/}, or has a hash and is where hashed files are. */
        LIKELY,
        /** A string that could as well be the name of a source file: it counts only with a hash. */
        HASHED
    }
}
