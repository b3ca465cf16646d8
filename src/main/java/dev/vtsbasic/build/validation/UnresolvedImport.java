package dev.vtsbasic.build.validation;

import java.util.List;

/**
 * A package that the server's scripts import when Bun loads them, and that Bun will not find.
 *
 * @param name the package's name, {@code name} or {@code @scope/name}
 * @param importedBy the files that import the package, as paths within the build
 */
public record UnresolvedImport(String name, List<String> importedBy) {
    @Override
    public String toString() {
        return name + " is imported by " + String.join(", ", importedBy)
                + " but is in no node_modules of that directory or of one above it";
    }
}
