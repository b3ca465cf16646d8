package dev.vtsbasic.build.validation;

import java.util.Optional;

/**
 * A string in a file of a build that may name a client file.
 *
 * @param path a URL's path if it begins with a slash, {@code /shop/assets/main-abc.js}; if not, a path within {@code
 *     client/}, {@code assets/main-abc.js}
 * @param certainty how certain it is that a file of this name has to exist
 */
record AssetReference(String path, Certainty certainty) {
    enum Certainty {
        /** An import, a preload list, a {@code url()} of a style sheet or a manifest: the file has to exist. */
        CERTAIN,
        /** A string: it counts if it is below {@code assets/}, or has a hash and is where hashed files are. */
        LIKELY,
        /** A string that may also name a source file: it counts only if it has a hash and is where hashed files are. */
        HASHED
    }

    /** The reference that a manifest makes by {@code url}; empty if the URL leads to no file of the client. */
    static Optional<AssetReference> ofManifest(String url) {
        if (url.contains("://") || url.startsWith("//")) {
            // The base is on another host, which has the files.
            return Optional.empty();
        }
        String path = url.startsWith("/") ? url : ClientPath.resolve("", url);
        return path == null || path.isEmpty()
                ? Optional.empty()
                : Optional.of(new AssetReference(path, Certainty.CERTAIN));
    }
}
