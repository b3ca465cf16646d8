package dev.vtsbasic.asset;

import dev.vtsbasic.settings.ArchiveRules;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hashed assets of the last builds, in a directory that several instances may share: a page of an earlier build, or of
 * the next one that another instance already serves, finds its files.
 *
 * <p>Each build is a directory of client files with an index, named by its content. It appears with one rename and is
 * never changed, so whoever sees it sees all of it. Its modification time says when it was last put into service. Safe
 * for any number of threads and processes.
 */
final class AssetArchive {
    private static final Logger LOG = LoggerFactory.getLogger(AssetArchive.class);
    private static final String UNFINISHED = ".unfinished-";
    private static final String REMOVED = ".removed-";
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final int ID_LENGTH = 32;

    /** Their bodies are read from disk: there may be many builds, and few ask for them. */
    private static final AssetMemory NO_MEMORY = new AssetMemory(0);

    private final ArchiveRules rules;
    private final CacheRules cacheRules;
    private volatile Known known = new Known(null, Map.of());

    /**
     * What was found at the last look.
     *
     * @param at the directory's modification time then
     * @param builds by name
     */
    private record Known(FileTime at, Map<String, AssetIndex> builds) {}

    AssetArchive(ArchiveRules rules, CacheRules cacheRules) {
        this.rules = rules;
        this.cacheRules = cacheRules;
    }

    /** Keeps a build's hashed assets, and removes those builds that the rules no longer keep. */
    void store(AssetIndex build) throws IOException {
        Files.createDirectories(rules.directory());
        String id = build.id(cacheRules);
        Path home = rules.directory().resolve(id);
        if (!Files.isDirectory(home)) {
            // Readable by whoever may read the archive, which a temporary directory is not.
            Path unfinished = Files.createDirectory(rules.directory().resolve(UNFINISHED + UUID.randomUUID()));
            try {
                copy(build, unfinished);
                Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                LOG.debug("Another instance has stored the same build", e);
            } finally {
                Precompression.deleteTree(unfinished);
            }
        }
        Files.setLastModifiedTime(home, FileTime.from(Instant.now()));
        prune(id);
    }

    private void copy(AssetIndex build, Path target) throws IOException {
        List<IndexedAsset> hashed = build.indexed().stream()
                .filter(asset -> cacheRules.isHashed("/" + asset.path()))
                .toList();
        for (IndexedAsset asset : hashed) {
            copy(build.client().resolve(asset.path()), target.resolve(asset.path()));
            for (Coding coding : asset.codings().keySet()) {
                copy(
                        IndexFile.coded(build.client(), asset.path(), coding),
                        IndexFile.coded(target, asset.path(), coding));
            }
        }
        IndexFile.write(target, hashed);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
    }

    /** An asset of one of the builds, those that came since the last look among them; null when none has it. */
    Found find(String path) {
        Known now = look();
        for (AssetIndex build : now.builds().values()) {
            Asset asset = build.find(path);
            if (asset != null) {
                return new Found(build, asset);
            }
        }
        return null;
    }

    /** An asset and the build it belongs to. */
    record Found(AssetIndex build, Asset asset) {}

    /** Reads the directory only when it has changed since the last time. */
    private Known look() {
        Known last = known;
        try {
            FileTime at = Files.getLastModifiedTime(rules.directory());
            return at.equals(last.at()) ? last : read(at);
        } catch (IOException e) {
            LOG.warn("The asset archive {} cannot be read: {}", rules.directory(), e.toString());
        }
        return last;
    }

    private synchronized Known read(FileTime at) throws IOException {
        Map<String, AssetIndex> last = known.builds();
        if (at.equals(known.at())) {
            return known;
        }
        Map<String, AssetIndex> builds = new HashMap<>();
        for (Path build : builds()) {
            String name = build.getFileName().toString();
            AssetIndex index = last.get(name);
            try {
                builds.put(name, index == null ? AssetIndex.of(build, cacheRules, NO_MEMORY) : index);
            } catch (IOException e) {
                LOG.warn("{} is not served: {}", build, e.toString());
            }
        }
        known = new Known(at, Map.copyOf(builds));
        return known;
    }

    private List<Path> builds() throws IOException {
        try (Stream<Path> files = Files.list(rules.directory())) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{" + ID_LENGTH + "}"))
                    .toList();
        }
    }

    /** A build's age counts from when another one took its place: until then pages with its names were made. */
    private void prune(String current) throws IOException {
        record Dated(Path build, Instant inServiceSince) {}
        List<Dated> newestFirst = new ArrayList<>();
        for (Path build : builds()) {
            newestFirst.add(new Dated(build, Files.getLastModifiedTime(build).toInstant()));
        }
        newestFirst.sort(Comparator.comparing(Dated::inServiceSince).reversed());
        Instant oldest = Instant.now().minus(rules.age());
        for (int i = 1; i < newestFirst.size(); i++) {
            Path build = newestFirst.get(i).build();
            boolean tooOld = newestFirst.get(i - 1).inServiceSince().isBefore(oldest);
            if ((i >= rules.builds() || tooOld) && !build.endsWith(current)) {
                remove(build);
            }
        }
        removeAbandoned();
    }

    /** Out of sight first, so that nobody finds half of it. */
    private void remove(Path build) throws IOException {
        Path removed = rules.directory().resolve(REMOVED + build.getFileName());
        try {
            Files.move(build, removed, StandardCopyOption.ATOMIC_MOVE);
            Precompression.deleteTree(removed);
            LOG.info("The assets of the build {} are no longer kept", build.getFileName());
        } catch (IOException e) {
            LOG.debug("Another instance removes it, too", e);
        }
    }

    /** What an instance left that was killed while it stored or removed a build. */
    private void removeAbandoned() throws IOException {
        Instant longAgo = Instant.now().minus(ABANDONED);
        try (Stream<Path> files = Files.list(rules.directory())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if ((name.startsWith(UNFINISHED) || name.startsWith(REMOVED))
                        && Files.getLastModifiedTime(file).toInstant().isBefore(longAgo)) {
                    Precompression.deleteTree(file);
                }
            }
        }
    }
}
