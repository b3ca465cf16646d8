package dev.vtsbasic.build;

/**
 * A string in a file of a build that may name a client file.
 *
 * @param path a URL's path if it begins with a slash, {@code /shop/assets/main-abc.js}; if not, a path within {@code
 *     client/}, {@code assets/main-abc.js}
 * @param certainty how certain it is that a file of this name has to exist
 */
record Mention(String path, Certainty certainty) {
    enum Certainty {
        /** An import, a preload list, a {@code url()} of a style sheet or a manifest: the file has to exist. */
        CERTAIN,
        /** A string: it counts if it is below {@code assets/}, or has a hash and is where hashed files are. */
        LIKELY,
        /** A string that may also name a source file: it counts only if it has a hash and is where hashed files are. */
        HASHED
    }
}
