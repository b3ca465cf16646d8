package dev.vtsbasic.build;

import java.util.List;

/**
 * A package that the server's scripts import when they are loaded, and that Bun will not find.
 *
 * @param name its name, {@code @scope/name} perhaps
 * @param importedBy the files that import it, as paths within the build
 */
public record UnresolvedImport(String name, List<String> importedBy) {
    @Override
    public String toString() {
        return name + " is imported by " + String.join(", ", importedBy)
                + " and lies in no node_modules there or in a directory above";
    }
}
