package dev.vtsbasic.asset;

import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All static files of a build, by the path that a browser requests. Built once; its paths never change.
 *
 * <p>A request is one look-up of its raw path. A name sent by a client never reaches the file system, so that no path
 * can lead out of the build. Safe for any number of threads.
 */
public final class AssetIndex {
    private static final Logger LOG = LoggerFactory.getLogger(AssetIndex.class);

    private final Path client;
    private final List<IndexedAsset> indexed;
    private final Map<String, Asset> byPath;
    private final Modified modified = Modified.now();

    private AssetIndex(Path client, List<IndexedAsset> indexed, Map<String, Asset> byPath) {
        this.client = client;
        this.indexed = indexed;
        this.byPath = byPath;
    }

    /**
     * Uses the index file of the build if it matches the files. Otherwise reads all files.
     *
     * @param client the directory of the static files
     * @param rewritten paths of files that have changed since the index file was written; they are read again and
     *     compressed later
     * @param memory keeps bodies, the shortest first
     * @throws IOException if a file cannot be read, or the index file is malformed
     */
    static AssetIndex of(Path client, Set<String> rewritten, CacheControlRules rules, AssetMemory memory)
            throws IOException {
        Path root = client.toRealPath();
        Optional<List<IndexedAsset>> listed = IndexFile.read(root);
        if (listed.isPresent()) {
            List<IndexedAsset> indexed = new ArrayList<>();
            for (IndexedAsset asset : listed.get()) {
                indexed.add(
                        rewritten.contains(asset.path()) ? IndexedAsset.of(root, root.resolve(asset.path())) : asset);
            }
            Optional<String> mismatch = mismatch(root, indexed);
            if (mismatch.isEmpty()) {
                return of(root, indexed, rewritten::contains, rules, memory);
            }
            Event.ASSET_INDEX_UNUSED.log(
                    LOG,
                    "The index of the assets in {directory} is not used, because {problem}; `precompress` writes a new one",
                    root,
                    mismatch.get());
        }
        return of(root, scan(root), path -> true, rules, memory);
    }

    /**
     * Uses the index file of an archived build. Files that do not match it are damaged and must not be served, because
     * browsers keep hashed files for a long time.
     *
     * @throws IOException if there is no index file, or it does not match the files
     */
    static AssetIndex archived(Path build, CacheControlRules rules, AssetMemory memory) throws IOException {
        Path root = build.toRealPath();
        List<IndexedAsset> listed =
                IndexFile.read(root).orElseThrow(() -> new IOException(root + " has no index of its files"));
        Optional<String> mismatch = mismatch(root, listed);
        if (mismatch.isPresent()) {
            throw new IOException(mismatch.get());
        }
        return of(root, listed, path -> false, rules, memory);
    }

    private static AssetIndex of(
            Path root,
            List<IndexedAsset> indexed,
            Predicate<String> codingsCome,
            CacheControlRules rules,
            AssetMemory memory)
            throws IOException {
        Map<String, Asset> byPath = new HashMap<>();
        List<IndexedAsset> shortestFirst = new ArrayList<>(indexed);
        shortestFirst.sort(Comparator.comparingLong(asset -> asset.file().size()));
        for (IndexedAsset entry : shortestFirst) {
            if (rules.isHidden("/" + entry.path())) {
                continue;
            }
            Asset asset = assetOf(root, entry, codingsCome.test(entry.path()), rules, memory);
            String path = RequestPath.of(entry.path());
            byPath.put(path, asset);
            byPath.put(RequestPath.asBrowsersSpell(path), asset);
        }
        return new AssetIndex(root, List.copyOf(indexed), Map.copyOf(byPath));
    }

    private static Asset assetOf(
            Path root, IndexedAsset entry, boolean codingsMayCome, CacheControlRules rules, AssetMemory memory)
            throws IOException {
        List<Representation> representations = new ArrayList<>();
        representations.add(representation(null, entry.file(), root.resolve(entry.path()), memory));
        for (Map.Entry<Coding, IndexedAsset.Content> coded : entry.codings().entrySet()) {
            Path file = IndexFile.coded(root, entry.path(), coded.getKey());
            representations.add(representation(coded.getKey(), coded.getValue(), file, memory));
        }
        boolean codingsCome = entry.compressible() && codingsMayCome;
        return new Asset(
                entry.mediaType(),
                rules.cacheControlOf("/" + entry.path()),
                codingsCome || !entry.codings().isEmpty(),
                codingsCome ? root.resolve(entry.path()) : null,
                representations.toArray(Representation[]::new));
    }

    static Representation representation(Coding coding, IndexedAsset.Content content, Path file, AssetMemory memory)
            throws IOException {
        return new Representation(coding, content.size(), content.entityTag(), memory.read(file, content.size()), file);
    }

    /** The reason why an index does not match the files; empty if it matches. */
    private static Optional<String> mismatch(Path root, List<IndexedAsset> indexed) {
        for (IndexedAsset asset : indexed) {
            if (!hasSize(root, root.resolve(asset.path()), asset.file().size())) {
                return Optional.of(asset.path() + " has changed since the index was made");
            }
            for (Map.Entry<Coding, IndexedAsset.Content> coded : asset.codings().entrySet()) {
                Path file = IndexFile.coded(root, asset.path(), coded.getKey());
                if (!hasSize(root, file, coded.getValue().size())) {
                    return Optional.of(root.relativize(file) + " is missing or has changed");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasSize(Path root, Path file, long size) {
        try {
            return Files.size(file) == size && file.toRealPath().startsWith(root);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads every file below {@code root}. Leaves out names with a leading dot, except {@code .well-known}, and links
     * that lead out of {@code root}, to such a name, or into a loop.
     */
    static List<IndexedAsset> scan(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(
                    root, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                            return isVisible(root, directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            if (attributes.isRegularFile() && isVisible(root, file)) {
                                found.add(file);
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                            if (failure instanceof FileSystemLoopException || !isVisible(root, file)) {
                                return FileVisitResult.CONTINUE;
                            }
                            throw failure;
                        }
                    });
            return found.parallelStream().map(file -> read(root, file)).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static IndexedAsset read(Path root, Path file) {
        try {
            return IndexedAsset.of(root, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isVisible(Path root, Path file) {
        try {
            Path real = file.toRealPath();
            return !isHidden(root.relativize(file)) && real.startsWith(root) && !isHidden(root.relativize(real));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isHidden(Path file) {
        for (Path name : file) {
            if (name.toString().startsWith(".") && !name.toString().equals(".well-known")) {
                return true;
            }
        }
        return false;
    }

    /** The asset of a raw request path with a leading slash; null if there is none. */
    Asset find(String path) {
        return byPath.get(path);
    }

    /** The number of files, hidden ones included. */
    public int size() {
        return indexed.size();
    }

    Path client() {
        return client;
    }

    List<IndexedAsset> indexed() {
        return indexed;
    }

    /** The Last-Modified date of all files: when this index was built, because the files do not change after that. */
    Modified modified() {
        return modified;
    }

    /** A digest of the names and contents of the hashed files, as 32 hexadecimal digits. */
    String id(CacheControlRules rules) {
        MessageDigest digest = IndexedAsset.Content.digest();
        indexed.stream()
                .filter(asset -> rules.isHashed("/" + asset.path()))
                .sorted(Comparator.comparing(IndexedAsset::path))
                .forEach(asset -> digest.update(
                        (asset.path() + '\0' + asset.file().sha256() + '\n').getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** Stops counting the bodies against the limit of {@code memory}. Responses in progress still send theirs. */
    void release(AssetMemory memory) {
        byPath.values().stream().distinct().forEach(asset -> asset.release(memory));
    }
}
