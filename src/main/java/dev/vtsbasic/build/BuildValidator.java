package dev.vtsbasic.build;

import dev.vtsbasic.text.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks that every asset that a build names is among its client files. A build in which one is missing shows pages
 * without style or script, and nothing else tells so before a visitor does.
 */
public final class BuildValidator {
    /** {@code name-HASH} with the eight or nine characters that Rollup and Rolldown append. */
    private static final Pattern HASH = Pattern.compile("-[A-Za-z0-9_-]{8,9}(?=\\.[^./]+$)");

    private static final int SUGGESTIONS = 3;

    private BuildValidator() {}

    /**
     * @throws IOException when a file of the build cannot be read
     */
    public static ValidationReport validate(Dist dist) throws IOException {
        Set<String> existing = clientFiles(dist);
        Map<String, Set<String>> missing = new TreeMap<>();
        Set<String> named = new TreeSet<>();
        try {
            for (AssetReference reference : AssetReferences.in(dist)) {
                named.add(reference.name());
                if (!existing.contains(reference.name())) {
                    missing.computeIfAbsent(reference.name(), name -> new TreeSet<>())
                            .add(reference.namedIn());
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        List<MissingAsset> problems = missing.entrySet().stream()
                .map(problem -> new MissingAsset(
                        problem.getKey(), List.copyOf(problem.getValue()), similar(problem.getKey(), existing)))
                .toList();
        return new ValidationReport(dist.root(), existing.size(), named.size(), problems);
    }

    private static Set<String> clientFiles(Dist dist) throws IOException {
        try (Stream<Path> files = Files.walk(dist.client())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> dist.client().relativize(file).toString().replace('\\', '/'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The same file under another hash is what is most often meant; else the names that are spelled most alike. */
    private static List<String> similar(String name, Set<String> existing) {
        List<String> otherHash = existing.stream()
                .filter(candidate -> withoutHash(candidate).equals(withoutHash(name)))
                .limit(SUGGESTIONS)
                .toList();
        return otherHash.isEmpty() ? NearestName.of(name, existing, SUGGESTIONS) : otherHash;
    }

    private static String withoutHash(String name) {
        return HASH.matcher(name).replaceFirst("");
    }
}
