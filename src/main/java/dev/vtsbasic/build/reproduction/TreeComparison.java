package dev.vtsbasic.build.reproduction;

import dev.vtsbasic.build.base.OpenBaseRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files in which two directories differ. */
final class TreeComparison {
    /** {@code -HASH}, {@code .HASH} or {@code _HASH} before the extensions, as bundlers put it into names. */
    private static final Pattern HASH = Pattern.compile("[-._][A-Za-z0-9_-]{8,40}(?=(?:\\.[A-Za-z][A-Za-z0-9]*)+$)");

    private TreeComparison() {}

    /**
     * Every file that differs, sorted by name. A file that only the first directory has and one that only the second
     * has count as the same file if their names differ only in the hash.
     */
    static List<DifferingFile> between(Path first, Path second) throws IOException {
        TreeSet<String> inFirst = files(first);
        TreeSet<String> inSecond = files(second);
        List<DifferingFile> differing = new ArrayList<>();
        for (String name : inFirst) {
            if (inSecond.contains(name) && Files.mismatch(first.resolve(name), second.resolve(name)) >= 0) {
                differing.add(new DifferingFile(name, name));
            }
        }
        TreeSet<String> onlyInFirst = new TreeSet<>(inFirst);
        onlyInFirst.removeAll(inSecond);
        inSecond.removeAll(inFirst);
        Map<String, List<String>> candidates = new TreeMap<>();
        for (String name : inSecond) {
            candidates
                    .computeIfAbsent(withoutHash(name), key -> new ArrayList<>())
                    .add(name);
        }
        for (String name : onlyInFirst) {
            List<String> others = candidates.getOrDefault(withoutHash(name), List.of());
            differing.add(new DifferingFile(name, others.isEmpty() ? null : others.remove(0)));
        }
        candidates.values().forEach(left -> left.forEach(name -> differing.add(new DifferingFile(null, name))));
        differing.sort(Comparator.comparing(DifferingFile::name));
        return differing;
    }

    /** The paths of all files within {@code root}, without the directory that {@code precompress} adds to a build. */
    static TreeSet<String> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            TreeSet<String> names = new TreeSet<>();
            Path added = root.resolve("client").resolve(OpenBaseRecord.DIRECTORY);
            files.filter(file -> Files.isRegularFile(file) && !file.startsWith(added))
                    .forEach(file -> names.add(root.relativize(file).toString().replace('\\', '/')));
            return names;
        }
    }

    private static String withoutHash(String name) {
        return HASH.matcher(name).replaceFirst("");
    }
}
