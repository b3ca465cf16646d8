package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.file.DirectoryTree;
import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.settings.ArchiveRules;
import dev.vtsbasic.settings.AssetSettings;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssetArchiveTest extends AssetArchiveScene {
    @Test
    void theHashedAssetsOfAStoredBuildAreFoundByAnotherInstance() throws Exception {
        AssetArchive other = archive(10);
        assertNull(other.find("/assets/app-1.js"));
        archive(10).store(build("1"));
        assertEquals(
                "app 1",
                Files.readString(
                        other.find("/assets/app-1.js").asset().identity().file()));
        assertNull(other.find("/robots.txt"));
        assertNull(other.find("/assets/app-2.js"));
        archive(10).store(build("2"));
        assertNotNull(other.find("/assets/app-2.js"));
        assertNotNull(other.find("/assets/app-1.js"));
    }

    @Test
    void codingsAreStoredToo() throws Exception {
        Path client = Tree.write(directory.resolve("big"), "assets/big-1.js", "x".repeat(2000));
        Precompression.of(client, jobs -> {
            for (Compressor.Job job : jobs) {
                Tree.write(job.target().getParent(), job.target().getFileName() + ".br", "short");
            }
        });
        archive(10).store(index(client));
        Representation[] found = archive(10).find("/assets/big-1.js").asset().representations();
        assertEquals(
                List.of(5L, 2000L), Stream.of(found).map(Representation::length).toList());
        assertEquals("short", Files.readString(found[0].file()));
    }

    @Test
    void storingABuildAgainChangesOnlyItsDate() throws Exception {
        archive(10).store(build("1"));
        Path stored = only();
        Object sameDirectory = Files.readAttributes(stored, "fileKey").get("fileKey");
        setAge(stored, Duration.ofDays(5));
        archive(10).store(build("1"));
        assertEquals(stored, only());
        assertEquals(sameDirectory, Files.readAttributes(stored, "fileKey").get("fileKey"));
        assertTrue(Files.getLastModifiedTime(stored)
                .toInstant()
                .isAfter(Instant.now().minusSeconds(60)));
    }

    @Test
    void theNumberOfBuildsIsLimitedByTheRules() throws Exception {
        AssetArchive archive = archive(3);
        for (int i = 1; i <= 5; i++) {
            archive.store(build(Integer.toString(i)));
            setAge(of(Integer.toString(i)), Duration.ofHours(5 - i));
        }
        assertEquals(List.of(false, false, true, true, true), found(archive, "1", "2", "3", "4", "5"));
    }

    @Test
    void theAgeOfABuildCountsFromItsReplacement() throws Exception {
        AssetArchive archive = archive(10);
        archive.store(build("1"));
        setAge(of("1"), Duration.ofDays(100));
        archive.store(build("2"));
        setAge(of("2"), Duration.ofDays(31));
        // Until now, the app has rendered pages of the second build.
        archive.store(build("3"));
        assertEquals(List.of(false, true, true), found(archive, "1", "2", "3"));
    }

    @Test
    void aBuildThatIsPutIntoServiceAgainIsKept() throws Exception {
        AssetArchive archive = archive(2);
        archive.store(build("1"));
        setAge(of("1"), Duration.ofDays(3));
        archive.store(build("2"));
        setAge(of("2"), Duration.ofDays(2));
        archive.store(build("1"));
        setAge(of("1"), Duration.ofDays(1));
        archive.store(build("3"));
        assertEquals(List.of(true, false, true), found(archive, "1", "2", "3"));
    }

    @Test
    void aBuildThatDidNotGoIntoServiceReplacesNone() throws Exception {
        AssetFilter filter = filter(1);
        filter.makeCurrent(filter.add(client("1"), Set.of()));
        filter.remove(filter.add(client("2"), Set.of()));
        assertEquals(List.of(true, false), found(archive(1), "1", "2"));
    }

    @Test
    void oldLeftoversOfAKilledInstanceAreRemoved() throws Exception {
        Tree.write(home, ".unfinished-old/assets/a.js", "", ".removed-old/assets/a.js", "");
        setAge(home.resolve(".unfinished-old"), Duration.ofHours(2));
        setAge(home.resolve(".removed-old"), Duration.ofHours(2));
        Tree.write(home, ".unfinished-new/assets/a.js", "", "README", "not ours");
        archive(10).store(build("1"));
        assertEquals(
                List.of(".unfinished-new", "README"),
                names().filter(name -> !name.matches(ID)).toList());
    }

    @Test
    void aDamagedBuildIsNotServedAndOthersAre() throws Exception {
        for (String name : List.of("1", "2", "3", "4", "5", "6")) {
            archive(10).store(build(name));
        }
        Files.writeString(of("1").resolve("assets/app-1.js"), "ap");
        Files.delete(of("2").resolve("assets/app-2.js"));
        Files.writeString(of("3").resolve(".vts/assets.json"), "{\"version\":1,\"assets\":[{\"path\":\"\\u0000\"");
        Files.writeString(of("4").resolve(".vts/assets.json"), """
                {"version":1,"assets":[{"path":"assets/app-4.js","size":5,"sha256":"","type":"","compressible":false,\
                "codings":{}}]}""");
        Files.delete(of("5").resolve(".vts/assets.json"));
        Files.createDirectories(home.resolve("0".repeat(32)));
        AssetArchive archive = archive(10);
        assertEquals(List.of(false, false, false, false, false, true), found(archive, "1", "2", "3", "4", "5", "6"));

        for (String name : List.of("1", "2", "3", "4", "5")) {
            archive.store(build(name));
        }
        assertEquals(List.of(true, true, true, true, true, true), found(archive, "1", "2", "3", "4", "5", "6"));
    }

    @Test
    void aMissingFileOfTheArchiveGets404() throws Exception {
        archive(10).store(build("1"));
        AssetFilter filter = filter(10);
        filter.makeCurrent(filter.add(client("2"), Set.of()));
        try (TestServer server = TestServer.start(context -> {
            context.addFilter("assets", filter)
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
            context.addServlet("app", new App()).addMapping("/*");
        })) {
            assertEquals("app 1", server.request("GET /assets/app-1.js").body());
            Files.delete(of("1").resolve("assets/app-1.js"));
            assertEquals(404, server.request("GET /assets/app-1.js").status());
            assertEquals("lazy 1", server.request("GET /assets/lazy-1.js").body());
            DirectoryTree.delete(home);
            assertEquals(404, server.request("GET /assets/lazy-1.js").status());
            assertEquals("app 2", server.request("GET /assets/app-2.js").body());
        }
    }

    @Test
    void noLinkLeadsOutOfTheArchive() throws Exception {
        Tree.write(directory, "secret.js", "app 1");
        AssetArchive archive = archive(10);
        archive.store(build("1"));
        Path file = of("1").resolve("assets/app-1.js");
        assertNotNull(archive.find("/assets/app-1.js"));
        Files.delete(file);
        Files.createSymbolicLink(file, directory.resolve("secret.js"));
        assertNull(archive.find("/assets/app-1.js"));
        assertNull(archive(10).find("/assets/app-1.js"));

        archive.store(build("2"));
        Path elsewhere = Files.move(of("2"), directory.resolve("elsewhere"));
        Files.createSymbolicLink(of("2"), elsewhere);
        assertNull(archive(10).find("/assets/app-2.js"));
        archive.store(build("2"));
        assertNotNull(archive(10).find("/assets/app-2.js"));
        assertTrue(Files.exists(elsewhere.resolve("assets/app-2.js")));
    }

    @Test
    void anUnusableArchiveDirectoryDoesNotPreventServing() throws Exception {
        Tree.write(directory, "shared/archive", "a file");
        assertThrows(IOException.class, () -> archive(10).store(build("1")));
        assertNull(archive(10).find("/assets/app-1.js"));
        AssetFilter filter = filter(10);
        filter.makeCurrent(filter.add(client("1"), Set.of()));
    }

    @Test
    void aBuildForOnePublicPathIsNotFoundAtAnother() throws Exception {
        ArchiveRules rules = new ArchiveRules(home, 3, AGE);
        AssetArchive atTheRoot = new AssetArchive(rules.at(""), CACHE_RULES);
        AssetArchive inTheShop = new AssetArchive(rules.at("/apps/shop"), CACHE_RULES);
        atTheRoot.store(build("1"));
        inTheShop.store(build("2"));
        for (String build : List.of("3", "4", "5")) {
            atTheRoot.store(build(build));
        }
        assertEquals(List.of(false, false, true), found(atTheRoot, "1", "2", "5"));
        assertEquals(List.of(false, true, false), found(inTheShop, "1", "2", "5"));
    }

    private AssetFilter filter(int builds) {
        ArchiveRules rules = new ArchiveRules(home, builds, AGE);
        return new AssetFilter(
                new AssetSettings(List.of(), 1 << 20, Optional.of(rules)),
                jobs -> {},
                new SecurityHeaders(false, List.of()),
                new InFlightRequests());
    }

    /** The directory of a build in the archive. */
    private Path of(String name) throws IOException {
        return home.resolve(build(name).id(CACHE_RULES));
    }

    private Path only() throws IOException {
        List<String> all = names().toList();
        assertEquals(1, all.size());
        return home.resolve(all.get(0));
    }

    private static void setAge(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    /** An app that the requests of these tests do not reach. */
    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;
    }
}
