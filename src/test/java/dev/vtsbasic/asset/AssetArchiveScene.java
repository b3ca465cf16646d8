package dev.vtsbasic.asset;

import dev.vtsbasic.settings.ArchiveRules;
import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Base for tests with an archive of builds, each with an asset named after the build. */
abstract class AssetArchiveScene {
    static final CacheControlRules CACHE_RULES = new CacheControlRules(List.of());

    static final Duration AGE = Duration.ofDays(30);

    static final String ID = "[0-9a-f]{32}";

    @TempDir
    Path directory;

    Path home;

    @BeforeEach
    void nameTheArchive() {
        home = directory.resolve("shared/archive");
    }

    AssetArchive archive(int builds) {
        return new AssetArchive(new ArchiveRules(home, builds, AGE), CACHE_RULES);
    }

    Path client(String name) throws IOException {
        return Tree.write(
                directory.resolve("build-" + name),
                "assets/app-" + name + ".js",
                "app " + name,
                "assets/lazy-" + name + ".js",
                "lazy " + name,
                "robots.txt",
                "robots");
    }

    AssetIndex build(String name) throws IOException {
        return index(client(name));
    }

    static AssetIndex index(Path client) throws IOException {
        return AssetIndex.of(client, Set.of(), CACHE_RULES, new AssetMemory(0));
    }

    Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    static List<Boolean> found(AssetArchive archive, String... names) {
        return Stream.of(names)
                .map(name -> archive.find("/assets/app-" + name + ".js") != null)
                .toList();
    }
}
