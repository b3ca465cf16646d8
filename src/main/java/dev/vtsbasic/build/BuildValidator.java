package dev.vtsbasic.build;

import dev.vtsbasic.build.BuildFiles.BuildFile;
import dev.vtsbasic.build.BuildWarning.Kind;
import dev.vtsbasic.build.Mention.Certainty;
import dev.vtsbasic.build.PathLeaks.Leak;
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
 * Checks that every asset that a build names is among its client files, because pages without their style or script
 * would first be noticed by a visitor. It also checks that the packages exist that the server needs to start, and
 * collects warnings.
 */
public final class BuildValidator {
    /** In bytes, without source map; Vite warns of larger chunks, too. */
    private static final long MAX_CHUNK_BYTES = 500_000;

    private static final String[] SCRIPTS = {".js", ".mjs"};
    private static final String[] SERVER_SCRIPTS = {".js", ".mjs", ".cjs"};

    private final Dist dist;
    private final BuildFiles files;
    private final PathLeaks leaks;
    /** The files that hold each mention, except mentions by the name of a client file, which are in {@link #named}. */
    private final Map<Mention, Set<String>> mentions = new ConcurrentHashMap<>();

    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final Map<String, Leak> leaking = new ConcurrentHashMap<>();
    private final Map<String, Long> large = new ConcurrentHashMap<>();
    private final List<BuildWarning> warnings = new ArrayList<>();

    private BuildValidator(Dist dist) throws IOException {
        this.dist = dist;
        this.files = BuildFiles.of(dist);
        this.leaks = PathLeaks.of(dist.root());
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
        leaking.forEach(
                (file, leak) -> warnings.add(new BuildWarning(Kind.BUILD_PATH, file, leak.first(), leak.count())));
        large.forEach((file, size) -> warnings.add(new BuildWarning(Kind.LARGE_CHUNK, file, "", size)));
        warnings.sort(Comparator.comparing(BuildWarning::kind).thenComparing(BuildWarning::file));
        SimilarNames similar = new SimilarNames(files.client().keySet());
        Optional<String> found = BasePath.of(
                mentions.keySet().stream()
                        .map(Mention::path)
                        .filter(path -> path.startsWith("/"))
                        .toList(),
                similar.hashedNames());
        String base = found.orElse("/");
        List<MissingAsset> missing = missing(base, similar);
        return new ValidationReport(
                dist.root(),
                base,
                found.isEmpty(),
                files.client().size(),
                named.size(),
                missing,
                PackageImports.unresolved(dist),
                Optional.empty(),
                List.copyOf(warnings));
    }

    private List<MissingAsset> missing(String base, SimilarNames similar) {
        Map<String, Set<String>> namedIn = new TreeMap<>();
        Set<String> hashedDirectories = hashedDirectories();
        mentions.forEach((mention, in) -> {
            String name = mention.path();
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
            } else if (hasToExist(name, mention.certainty(), hashedDirectories)) {
                named.add(name);
                namedIn.computeIfAbsent(name, key -> new TreeSet<>()).addAll(in);
            }
        });
        List<MissingAsset> missing = new ArrayList<>();
        namedIn.forEach((name, in) -> missing.add(new MissingAsset(name, List.copyOf(in), similar.to(name))));
        return missing;
    }

    private static boolean hasToExist(String name, Certainty certainty, Set<String> hashedDirectories) {
        return switch (certainty) {
            case CERTAIN -> true;
            case LIKELY -> name.startsWith("assets/") || isOfABuild(name, hashedDirectories);
            case HASHED -> isOfABuild(name, hashedDirectories);
        };
    }

    private static boolean isOfABuild(String name, Set<String> hashedDirectories) {
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
                manifest.get().find(mention -> note(mention, name));
            }
            if (manifest.isPresent() && name.startsWith("client/") && !name.startsWith("client/.")) {
                leak(name, Files.readString(path, StandardCharsets.ISO_8859_1));
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
        Set<BuildFile> ofTheServer = new HashSet<>(server);
        List<BuildFile> all = new ArrayList<>(client);
        all.addAll(server);
        BuildReader.read(all, (file, text) -> {
            boolean isServers = ofTheServer.contains(file);
            String name = (isServers ? "server/" : "client/") + file.name();
            String directory = ClientPath.directoryOf(file.name());
            Set<Mention> here = new HashSet<>();
            if (isServers) {
                ScriptMentions.find(text, directory, ScriptMentions.Kind.SERVER, here::add);
                here.removeIf(mention -> files.server().containsKey(mention.path()) || isKeyOfAManifest(mention));
            } else if (file.endsWith(".css")) {
                StyleMentions.find(text, directory, here::add);
            } else {
                boolean page = file.endsWith(".html");
                ScriptMentions.find(
                        text, directory, page ? ScriptMentions.Kind.PAGE : ScriptMentions.Kind.CLIENT, here::add);
            }
            here.forEach(mention -> note(mention, name));
            leak(name, text);
            if (!isServers && !file.endsWith(".html") && file.size() > MAX_CHUNK_BYTES) {
                large.computeIfAbsent(name, key -> sizeOf(file, text));
                large.values().removeIf(size -> size <= MAX_CHUNK_BYTES);
            }
        });
    }

    /** In a copy of Vite's manifest, {@code _web-HASH.js} is the key of {@code assets/web-HASH.js} and not a file. */
    private static boolean isKeyOfAManifest(Mention mention) {
        String path = mention.path();
        return mention.certainty() == Certainty.HASHED && path.startsWith("_") && path.indexOf('/') < 0;
    }

    /** In bytes, without a source map at the end of the file. */
    private static long sizeOf(BuildFile file, String beginning) {
        int map = beginning.lastIndexOf("sourceMappingURL=data:");
        boolean last = map > 0 && beginning.substring(map).stripTrailing().indexOf('\n') < 0;
        return last && beginning.indexOf('"', map) < 0 ? map : file.size();
    }

    private void note(Mention mention, String namedIn) {
        if (files.client().containsKey(mention.path())) {
            named.add(mention.path());
        } else {
            mentions.computeIfAbsent(mention, key -> new ConcurrentSkipListSet<>())
                    .add(namedIn);
        }
    }

    private void leak(String name, String text) {
        Leak leak = leaks.in(text);
        if (leak.count() > 0) {
            leaking.merge(name, leak, Leak::and);
        }
    }
}
