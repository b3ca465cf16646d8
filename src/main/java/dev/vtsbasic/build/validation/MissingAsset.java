package dev.vtsbasic.build.validation;

import java.util.List;

/**
 * A client file that a build names but does not have.
 *
 * @param name the path within {@code client/}
 * @param namedIn the files that name it, as paths within the build
 * @param similar up to three existing client files that may be meant, the likeliest first
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
