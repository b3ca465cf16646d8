package dev.vtsbasic.asset;

import dev.vtsbasic.file.DirectoryTree;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.ArchiveRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the hashed assets of the last builds in a directory that several instances may share. So pages of an earlier
 * build still find their files, and so do pages of the next build, which another instance may already serve.
 *
 * <p>Each build is a directory of client files with an index, and a digest of its content is its name. A build appears
 * with one rename and its files never change, so that every reader sees a complete build. Its modification time is the
 * time when it was last put into service. Safe for any number of threads and processes.
 */
final class AssetArchive {
    private static final Logger LOG = LoggerFactory.getLogger(AssetArchive.class);
    private static final String UNFINISHED = ".unfinished-";
    private static final String REMOVED = ".removed-";
    private static final Duration MAX_LEFTOVER_AGE = Duration.ofHours(1);
    private static final int ID_LENGTH = 32;

    /** Attempts to move a build into the archive, because other instances may store or remove it at the same time. */
    private static final int MAX_ATTEMPTS = 10;

    /** The coarsest resolution of modification times that is expected of a file system. */
    private static final Duration MAX_TIMESTAMP_RESOLUTION = Duration.ofSeconds(2);

    /** Archived bodies are read from disk, because there may be many builds with few requests for them. */
    private static final AssetMemory NO_MEMORY = new AssetMemory(0);

    private final ArchiveRules rules;
    private final CacheControlRules cacheRules;
    private volatile Snapshot snapshot = new Snapshot(null, false, Map.of());
    private final AtomicBoolean unreadable = new AtomicBoolean();

    /**
     * The archive as it was last read.
     *
     * @param at the archive directory's modification time before it was read
     * @param settled whether any later change is certain to give the directory another modification time
     * @param builds by the names of their directories
     */
    private record Snapshot(FileTime at, boolean settled, Map<String, AssetIndex> builds) {}

    AssetArchive(ArchiveRules rules, CacheControlRules cacheRules) {
        this.rules = rules;
        this.cacheRules = cacheRules;
    }

    /**
     * Stores the hashed assets of a build as the newest one, and removes the builds that the rules no longer keep.
     *
     * @throws IOException if the build cannot be stored; a failure to remove others is only logged
     */
    void store(AssetIndex build) throws IOException {
        Files.createDirectories(rules.directory());
        Path home = rules.directory().resolve(build.id(cacheRules));
        if (!isComplete(home) || !touch(home)) {
            add(build, home);
        }
        try {
            prune(home);
        } catch (IOException | UncheckedIOException e) {
            Event.ARCHIVE_NOT_CLEANED.log(
                    LOG,
                    "Builds that need no longer be kept are still in {directory}: {problem}",
                    rules.directory(),
                    e.toString());
        }
    }

    private boolean isComplete(Path home) {
        try {
            AssetIndex.archived(home, cacheRules, NO_MEMORY);
            return isBuild(home);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} is not there, or not all of it", home, e);
            return false;
        }
    }

    /** @return false if another instance has removed the build */
    private static boolean touch(Path home) {
        try {
            Files.setLastModifiedTime(home, FileTime.from(Instant.now()));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            Event.ARCHIVE_NOT_CLEANED.log(
                    LOG, "{directory} keeps its old date, and may be removed early: {problem}", home, e.toString());
        }
        return true;
    }

    private void add(AssetIndex build, Path home) throws IOException {
        // Not a temporary directory, because only its owner could read that, and other instances must read the build.
        Path unfinished = Files.createDirectory(rules.directory().resolve(UNFINISHED + UUID.randomUUID()));
        try {
            copy(build, unfinished);
            Files.setLastModifiedTime(unfinished, FileTime.from(Instant.now()));
            for (int tries = 1; !move(unfinished, home, tries == MAX_ATTEMPTS); tries++) {
                moveAside(home).ifPresent(AssetArchive::delete);
            }
        } finally {
            delete(unfinished);
        }
    }

    /**
     * Moves a finished build to its final name.
     *
     * @param last whether to throw instead of returning false
     * @return whether the archive has the whole build; false if the move failed and no whole build has this name
     */
    private boolean move(Path unfinished, Path home, boolean last) throws IOException {
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileSystemException e) {
            boolean stored = isComplete(home);
            if (!stored && last) {
                throw e;
            }
            LOG.debug("{} is there already, whole: {}", home, stored, e);
            return stored;
        }
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

    /** Finds an asset in any build, including builds that other instances have stored since; null if there is none. */
    Found find(String path) {
        for (AssetIndex build : refresh().builds().values()) {
            Asset asset = build.find(path);
            if (asset != null && isAvailable(build, asset)) {
                return new Found(build, asset);
            }
        }
        return null;
    }

    /**
     * Whether all files of an asset exist inside its build. Others may write to the archive, so a file may have been
     * removed or replaced by a link that leads elsewhere.
     */
    private static boolean isAvailable(AssetIndex build, Asset asset) {
        try {
            for (Representation representation : asset.representations()) {
                if (!representation.file().toRealPath().startsWith(build.client())) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** An asset and the build it belongs to. */
    record Found(AssetIndex build, Asset asset) {}

    /** Reads the archive directory only if it may have changed since the last time. */
    private Snapshot refresh() {
        try {
            Instant now = Instant.now();
            FileTime at = Files.getLastModifiedTime(rules.directory());
            Snapshot last = snapshot;
            if (!at.equals(last.at()) || !last.settled()) {
                last = read(at, at.toInstant().isBefore(now.minus(MAX_TIMESTAMP_RESOLUTION)));
            }
            unreadable.set(false);
            return last;
        } catch (IOException | UncheckedIOException e) {
            // Log this once only, because clients can cause it as often as they like, with requests for unknown names.
            if (!unreadable.getAndSet(true)) {
                Event.ARCHIVE_NOT_READ.log(
                        LOG,
                        "The asset archive {directory} cannot be read: {problem}",
                        rules.directory(),
                        e.toString());
            }
            return snapshot;
        }
    }

    private synchronized Snapshot read(FileTime at, boolean settled) throws IOException {
        Map<String, AssetIndex> last = snapshot.builds();
        if (at.equals(snapshot.at()) && snapshot.settled()) {
            return snapshot;
        }
        Map<String, AssetIndex> builds = new HashMap<>();
        for (Path build : builds()) {
            String name = build.getFileName().toString();
            AssetIndex index = last.get(name);
            try {
                builds.put(name, index == null ? AssetIndex.archived(build, cacheRules, NO_MEMORY) : index);
            } catch (IOException | RuntimeException e) {
                Event.ARCHIVE_NOT_READ.log(LOG, "{directory} is not served: {problem}", build, e.toString());
            }
        }
        snapshot = new Snapshot(at, settled, Map.copyOf(builds));
        return snapshot;
    }

    private List<Path> builds() throws IOException {
        try (Stream<Path> files = Files.list(rules.directory())) {
            return files.filter(AssetArchive::isBuild).toList();
        }
    }

    /** Whether this is the directory of a build. A link is not, because its target does not belong to the archive. */
    private static boolean isBuild(Path file) {
        return file.getFileName().toString().matches("[0-9a-f]{" + ID_LENGTH + "}")
                && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Removes the builds that the rules no longer keep. The age of a build counts from when another build replaced it,
     * because until then the app rendered pages that name its files.
     */
    private void prune(Path current) throws IOException {
        record Dated(Path build, FileTime inServiceSince) {}
        List<Dated> newestFirst = new ArrayList<>();
        for (Path build : builds()) {
            dateOf(build).ifPresent(date -> newestFirst.add(new Dated(build, date)));
        }
        newestFirst.sort(Comparator.comparing(Dated::inServiceSince).reversed());
        FileTime oldest = FileTime.from(Instant.now().minus(rules.age()));
        for (int i = 1; i < newestFirst.size(); i++) {
            Dated dated = newestFirst.get(i);
            boolean tooOld = newestFirst.get(i - 1).inServiceSince().compareTo(oldest) < 0;
            if ((i >= rules.builds() || tooOld) && !dated.build().equals(current)) {
                remove(dated.build(), dated.inServiceSince());
            }
        }
        removeAbandoned();
    }

    private void remove(Path build, FileTime inServiceSince) throws IOException {
        Optional<Path> removed = moveAside(build);
        if (removed.isEmpty()) {
            return;
        }
        if (!dateOf(removed.get()).equals(Optional.of(inServiceSince))) {
            try {
                // Put it back, because another instance has put it into service since its date was read.
                Files.move(removed.get(), build, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (IOException e) {
                LOG.debug("Another instance has stored it again", e);
            }
        }
        delete(removed.get());
        Event.ARCHIVE_BUILD_REMOVED.log(LOG, "The assets of the build {build} are no longer kept", build.getFileName());
    }

    /**
     * Renames a build before it is deleted, so that readers never find a part of it.
     *
     * @return its new path; empty if the rename failed, because another instance removed it
     */
    private Optional<Path> moveAside(Path build) {
        Path removed = rules.directory().resolve(REMOVED + UUID.randomUUID());
        try {
            return Optional.of(Files.move(build, removed, StandardCopyOption.ATOMIC_MOVE));
        } catch (IOException e) {
            LOG.debug("Another instance removes it, too", e);
            return Optional.empty();
        }
    }

    /** Deletes old leftovers of instances that were killed while they stored or removed a build. */
    private void removeAbandoned() throws IOException {
        FileTime longAgo = FileTime.from(Instant.now().minus(MAX_LEFTOVER_AGE));
        try (Stream<Path> files = Files.list(rules.directory())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if ((name.startsWith(UNFINISHED) || name.startsWith(REMOVED))
                        && dateOf(file)
                                .filter(date -> date.compareTo(longAgo) < 0)
                                .isPresent()) {
                    delete(file);
                }
            }
        }
    }

    /** The modification time of a file; empty if another instance has removed it. */
    private static Optional<FileTime> dateOf(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Deletes a directory. If that fails, for example because another instance deletes it at the same time, the rest is
     * deleted later.
     */
    private static void delete(Path tree) {
        try {
            DirectoryTree.delete(tree);
        } catch (IOException e) {
            LOG.debug("Not all of {} could be deleted", tree, e);
        }
    }
}
