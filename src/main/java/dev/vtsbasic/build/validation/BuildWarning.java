package dev.vtsbasic.build.validation;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;

/**
 * A problem of a build that does not keep the build from being served.
 *
 * @param kind the kind of problem
 * @param file the file, as a path within the build
 * @param excerpt the first path that leaks, or why a manifest cannot be read; empty for a large chunk
 * @param number how many paths leak, or a chunk's size in bytes; 0 for a manifest
 */
public record BuildWarning(Kind kind, String file, String excerpt, long number) {
    private static final int KILO = 1000;

    /** The kind of problem, with its name in JSON. */
    public enum Kind {
        BUILD_PATH("build-path"),
        LARGE_CHUNK("large-chunk"),
        BAD_MANIFEST("bad-manifest");

        private final String json;

        Kind(String json) {
            this.json = json;
        }
    }

    @Override
    public String toString() {
        return switch (kind) {
            case BUILD_PATH ->
                file + " holds a path of the machine that built it: " + excerpt
                        + (number > 1 ? " and " + (number - 1) + " more" : "");
            case LARGE_CHUNK -> file + " has " + number / KILO + " kB, which is more than 500 kB";
            case BAD_MANIFEST -> file + " is not read: " + excerpt;
        };
    }

    JsonObject json() {
        JsonObjectBuilder json = JsonProvider.provider()
                .createObjectBuilder()
                .add("kind", kind.json)
                .add("file", file)
                .add("message", toString());
        return (switch (kind) {
                    case BUILD_PATH -> json.add("excerpt", excerpt).add("count", number);
                    case LARGE_CHUNK -> json.add("size", number);
                    case BAD_MANIFEST -> json;
                })
                .build();
    }
}
