package dev.vtsbasic.build;

/**
 * A file of the client build that some other file of the build names.
 *
 * @param name path within {@code client/}, without a slash in front: {@code assets/main-abc.js}
 * @param namedIn the file that names it, as a path within the build: {@code server/server.js}
 */
record AssetReference(String name, String namedIn) {}
