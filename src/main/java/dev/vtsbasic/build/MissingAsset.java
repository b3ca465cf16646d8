package dev.vtsbasic.build;

import java.util.List;

/**
 * A client file that is named but does not exist.
 *
 * @param name path within {@code client/}
 * @param namedIn the files that name it, as paths within the build
 * @param similar existing files that may be meant, the likeliest first
 */
public record MissingAsset(String name, List<String> namedIn, List<String> similar) {
    @Override
    public String toString() {
        return "client/" + name + " does not exist but is named in " + String.join(", ", namedIn)
                + (similar.isEmpty()
                        ? "; nothing there has a similar name"
                        : "; there is " + String.join(", ", similar));
    }
}
