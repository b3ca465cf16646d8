package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.Manifest;
import dev.vtsbasic.build.validation.AssetReference.Certainty;
import dev.vtsbasic.build.validation.BuildFiles.BuildFile;
import dev.vtsbasic.build.validation.BuildReader.Piece;
import dev.vtsbasic.build.validation.BuildWarning.Kind;
import dev.vtsbasic.build.validation.PathLeakDetector.Leak;
import jakarta.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Checks that every asset that a build names is among its client files, because visitors would be the first to
 * notice a page without its style sheet or script. It also checks that the packages exist that the server needs to start, and
 * collects warnings.
 */
public final class BuildValidator {
    /**
     * Maximum size of a chunk without a warning, in bytes and without a source map; Vite warns of larger chunks, too.
     */
    private static final long MAX_CHUNK_BYTES = 500_000;

    private static final String[] SCRIPTS = {".js", ".mjs"};
    private static final String[] SERVER_SCRIPTS = {".js", ".mjs", ".cjs"};

    private final Dist dist;
    private final BuildFiles files;
    private final PathLeakDetector leakDetector;
    /** The files that hold each reference, except references to a client file, which is in {@link #named}. */
    private final Map<AssetReference, Set<String>> references = new ConcurrentHashMap<>();

    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final Map<String, Leak> leaks = new ConcurrentHashMap<>();
    private final Map<String, Long> chunkSizes = new ConcurrentHashMap<>();
    private final List<BuildWarning> warnings = new ArrayList<>();

    private BuildValidator(Dist dist) throws IOException {
        this.dist = dist;
        this.files = BuildFiles.of(dist);
        this.leakDetector = PathLeakDetector.of(dist.root());
    }

    /**
     * Reads the whole build and checks it. Safe for several threads.
     *
     * @throws IOException if a file of the build cannot be read; the message can be shown to users
     */
    public static ValidationReport validate(Dist dist) throws IOException {
        try {
            return new BuildValidator(dist).report();
        } catch (NoSuchFileException e) {
            throw new IOException(e.getFile() + " has vanished while the build was read", e);
        } catch (AccessDeniedException e) {
            throw new IOException(e.getFile() + " may not be read by this user", e);
        } catch (FileSystemException e) {
            throw new IOException(e.getFile() + " cannot be read: " + e.getReason(), e);
        }
    }

    private ValidationReport report() throws IOException {
        readManifests();
        readFiles();
        leaks.forEach(
                (file, leak) -> warnings.add(new BuildWarning(Kind.BUILD_PATH, file, leak.first(), leak.count())));
        chunkSizes.forEach((file, size) -> warnings.add(new BuildWarning(Kind.LARGE_CHUNK, file, "", size)));
        warnings.sort(Comparator.comparing(BuildWarning::kind).thenComparing(BuildWarning::file));
        SimilarNameFinder similar = new SimilarNameFinder(files.client().keySet());
        Optional<String> foundBase = BasePathFinder.find(
                references.keySet().stream()
                        .map(AssetReference::path)
                        .filter(path -> path.startsWith("/"))
                        .toList(),
                similar.hashedNames());
        String base = foundBase.orElse("/");
        List<MissingAsset> missing = missing(base, similar);
        BuildSummary summary = new BuildSummary(
                dist.root(), base, foundBase.isEmpty(), files.client().size(), named.size());
        return new ValidationReport(
                summary, missing, UnresolvedImportFinder.find(dist), Optional.empty(), List.copyOf(warnings));
    }

    private List<MissingAsset> missing(String base, SimilarNameFinder similar) {
        Map<String, Set<String>> namedIn = new TreeMap<>();
        Set<String> hashedDirectories = hashedDirectories();
        references.forEach((reference, in) -> {
            String name = reference.path();
            if (name.startsWith("/")) {
                if (!name.startsWith(base)) {
                    return;
                }
                name = ClientPath.resolve("", name.substring(base.length()));
            }
            if (name == null || name.isEmpty()) {
                return;
            }
            if (files.client().containsKey(name)) {
                named.add(name);
            } else if (mustExist(name, reference.certainty(), hashedDirectories)) {
                named.add(name);
                namedIn.computeIfAbsent(name, key -> new TreeSet<>()).addAll(in);
            }
        });
        List<MissingAsset> missing = new ArrayList<>();
        namedIn.forEach((name, in) -> missing.add(new MissingAsset(name, List.copyOf(in), similar.to(name))));
        return missing;
    }

    private static boolean mustExist(String name, Certainty certainty, Set<String> hashedDirectories) {
        return switch (certainty) {
            case CERTAIN -> true;
            case LIKELY -> name.startsWith("assets/") || isBuildOutput(name, hashedDirectories);
            case HASHED -> isBuildOutput(name, hashedDirectories);
        };
    }

    private static boolean isBuildOutput(String name, Set<String> hashedDirectories) {
        return HashedName.isBeyondDoubt(name) || HashedName.is(name) && hashedDirectories.contains(topOf(name));
    }

    /** The top directories of hashed files: {@code assets}, and {@code media} for {@code media/png/logo-HASH.png}. */
    private Set<String> hashedDirectories() {
        Set<String> directories = new HashSet<>(Set.of("assets"));
        for (String name : files.client().keySet()) {
            if (HashedName.is(name)) {
                directories.add(topOf(name));
            }
        }
        return directories;
    }

    private static String topOf(String name) {
        return name.substring(0, Math.max(0, name.indexOf('/')));
    }

    private void readManifests() throws IOException {
        for (String name : Manifest.NAMES) {
            readManifest(dist.client().resolve(name), "client/" + name);
            readManifest(dist.server().resolve(name), "server/" + name);
        }
    }

    private void readManifest(Path path, String name) throws IOException {
        try {
            Optional<Manifest> manifest = Manifest.at(path);
            // The server's own manifest is not read, because it lists the server's files.
            if (manifest.isPresent()
                    && manifest.get().entryFiles().stream()
                            .noneMatch(file ->
                                    name.startsWith("server/") && files.server().containsKey(file))) {
                for (String url : manifest.get().urls()) {
                    AssetReference.ofManifest(url).ifPresent(reference -> note(reference, name));
                }
            }
            if (manifest.isPresent() && name.startsWith("client/") && !name.startsWith("client/.")) {
                addLeaks(name, Piece.whole(Files.readString(path, StandardCharsets.ISO_8859_1)));
            }
        } catch (JsonException e) {
            warnings.add(new BuildWarning(
                    Kind.BAD_MANIFEST,
                    name,
                    "it is not JSON (" + e.getMessage().lines().findFirst().orElse("") + ")",
                    0));
        }
    }

    private void readFiles() throws IOException {
        List<BuildFile> client = files.client().values().stream()
                .filter(file -> file.endsWith(SCRIPTS) || file.endsWith(".css", ".html"))
                .toList();
        List<BuildFile> server = files.server().values().stream()
                .filter(file -> file.endsWith(SERVER_SCRIPTS))
                .toList();
        Set<BuildFile> serverFiles = new HashSet<>(server);
        List<BuildFile> all = new ArrayList<>(client);
        all.addAll(server);
        BuildReader.read(all, (file, piece) -> {
            String text = piece.text();
            boolean isServer = serverFiles.contains(file);
            String name = (isServer ? "server/" : "client/") + file.name();
            String directory = ClientPath.directoryOf(file.name());
            Set<AssetReference> found = new HashSet<>();
            if (isServer) {
                ScriptReferenceFinder.find(text, directory, ScriptReferenceFinder.Kind.SERVER, found::add);
                found.removeIf(reference -> files.server().containsKey(reference.path()) || isManifestKey(reference));
            } else if (file.endsWith(".css")) {
                StyleSheetReferenceFinder.find(text, directory, found::add);
            } else {
                boolean page = file.endsWith(".html");
                ScriptReferenceFinder.find(
                        text,
                        directory,
                        page ? ScriptReferenceFinder.Kind.PAGE : ScriptReferenceFinder.Kind.CLIENT,
                        found::add);
            }
            found.forEach(reference -> note(reference, name));
            addLeaks(name, piece);
            if (!isServer && !file.endsWith(".html") && file.size() > MAX_CHUNK_BYTES) {
                chunkSizes.computeIfAbsent(name, key -> sizeOf(file, text));
                chunkSizes.values().removeIf(size -> size <= MAX_CHUNK_BYTES);
            }
        });
    }

    /** In a copy of Vite's manifest, {@code _web-HASH.js} is the key of {@code assets/web-HASH.js} and not a file. */
    private static boolean isManifestKey(AssetReference reference) {
        String path = reference.path();
        return reference.certainty() == Certainty.HASHED && path.startsWith("_") && path.indexOf('/') < 0;
    }

    /** The size of a file in bytes, without a source map at its end. */
    private static long sizeOf(BuildFile file, String beginning) {
        int map = beginning.lastIndexOf("sourceMappingURL=data:");
        boolean last = map > 0 && beginning.substring(map).stripTrailing().indexOf('\n') < 0;
        return last && beginning.indexOf('"', map) < 0 ? map : file.size();
    }

    private void note(AssetReference reference, String namedIn) {
        if (files.client().containsKey(reference.path())) {
            named.add(reference.path());
        } else {
            references
                    .computeIfAbsent(reference, key -> new ConcurrentSkipListSet<>())
                    .add(namedIn);
        }
    }

    private void addLeaks(String name, Piece piece) {
        Leak leak = leakDetector.find(piece);
        if (leak.count() > 0) {
            leaks.merge(name, leak, Leak::plus);
        }
    }
}
