package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.settings.AssetRule;
import dev.vtsbasic.settings.AssetSettings;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.traffic.InFlightRequests;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds that change while they are served, or that contain special files. */
class AssetFilterBuildsTest extends AssetFilterScene {
    @Test
    void hashedAssetsOfAnotherBuildAreServedBesideTheCurrentOnes(@TempDir Path client, @TempDir Path other)
            throws Exception {
        Tree.write(client, "assets/app-12345678.js", "app()", "robots.txt", "ok", "large.txt", "large");
        Tree.write(other, "assets/new-1.js", "new()", "robots.txt", "new", "added.txt", "new");
        AssetFilter filter = filter(client);
        try (TestServer both = TestServer.start(context -> register(context, filter))) {
            assertEquals(404, both.request("GET /assets/new-1.js").status());
            AssetIndex build = filter.add(other, Set.of());
            assertEquals("new()", both.request("GET /assets/new-1.js").body());
            assertEquals("ok", both.request("GET /robots.txt").body());
            filter.remove(build);
            assertEquals(404, both.request("GET /assets/new-1.js").status());

            filter.makeCurrent(filter.add(other, Set.of()));
            assertEquals("new", both.request("GET /robots.txt").body());
            assertEquals("new", both.request("GET /added.txt").body());
            assertEquals("app()", both.request("GET /assets/app-12345678.js").body());
            assertEquals("app saw /large.txt", both.request("GET /large.txt").body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a+b@(1)~é.txt",
                "/a%2Bb%40%281%29%7E%C3%A9.txt",
                "/a%2bb%40%281%29%7e%c3%a9.txt",
                "/%61+b@(1)~%C3%A9.txt"
            })
    void aNameIsFoundInAnyEquivalentSpelling(String path, @TempDir Path client) throws Exception {
        Tree.write(client, "a+b@(1)~é.txt", "here");
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            String raw = new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                    .replace("\u00c3\u00a9", "%C3%A9");
            assertEquals("here", other.request("GET " + raw).body());
        }
    }

    /**
     * The error has none of the file's header fields, because caches would otherwise store it for as long as the file.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsMissingOrShorterThanAtTheStartGets404WithNoStore(boolean cut, @TempDir Path client)
            throws Exception {
        Tree.write(client, "assets/small-1.js", "small", "assets/large-1.js", LARGE);
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            if (cut) {
                Files.writeString(client.resolve("assets/large-1.js"), "cut");
            } else {
                Files.delete(client.resolve("assets/large-1.js"));
            }
            for (String method : List.of("GET", "HEAD")) {
                for (String range : List.of("X: y", "Range: bytes=0-9", "Range: bytes=0-9,20-29")) {
                    RawResponse response = other.request(method + " /assets/large-1.js", range);
                    assertEquals(404, response.status(), response.text());
                    assertEquals("no-store", response.header("Cache-Control"));
                    assertNull(response.header("ETag"));
                    assertNull(response.header("Last-Modified"));
                    assertEquals("14", response.header("Content-Length"));
                }
            }
            assertEquals("small", other.request("GET /assets/small-1.js").body());
        }
    }

    /** Tomcat sends long bodies from their files, but the file of a coding made in the background is temporary. */
    @Test
    void aLongCodingThatWasMadeInTheBackgroundIsSentWhole(@TempDir Path client) throws Exception {
        byte[] octets = new byte[400_000];
        new Random(1).nextBytes(octets);
        Tree.write(client, "assets/long-12345678.js", HexFormat.of().formatHex(octets));
        Compressor gzip = jobs -> {
            for (Compressor.Job job : jobs) {
                try (OutputStream out = new GZIPOutputStream(
                        Files.newOutputStream(CompressionResult.file(job.target(), Coding.GZIP)))) {
                    Files.copy(job.source(), out);
                }
            }
        };
        AssetSettings settings = new AssetSettings(List.of(), 1 << 24, Optional.empty());
        AssetFilter filter =
                new AssetFilter(settings, gzip, new SecurityHeaders(false, List.of()), new InFlightRequests());
        filter.makeCurrent(filter.add(client, Set.of()));
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            RawResponse response = other.request("GET /assets/long-12345678.js", "Accept-Encoding: gzip");
            while (response.header("Content-Encoding") == null) {
                assertTrue(System.nanoTime() < deadline);
                response = other.request("GET /assets/long-12345678.js", "Accept-Encoding: gzip");
            }
            byte[] coded = response.body().getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(response.header("Content-Length"), Integer.toString(coded.length));
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(coded))) {
                assertEquals(
                        HexFormat.of().formatHex(octets), new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        } finally {
            filter.close();
        }
    }

    /** A deployment may delete a directory before the next build is in service. */
    @Test
    void aLongFileInMemoryIsSentAfterItWasDeleted(@TempDir Path client) throws Exception {
        String text = "x".repeat(100_000);
        Tree.write(client, "assets/long-12345678.bin", text);
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            Files.delete(client.resolve("assets/long-12345678.bin"));
            assertEquals(text, other.request("GET /assets/long-12345678.bin").body());
        }
    }

    @Test
    void hiddenFilesAreNotServed(@TempDir Path client) throws Exception {
        Tree.write(client, "assets/app-1.js", "app()", "assets/app-1.js.map", "{}", "top.map", "{}");
        AssetFilter filter = filter(client, new AssetRule("/**.map", "hidden"));
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            assertEquals("app()", other.request("GET /assets/app-1.js").body());
            assertEquals(404, other.request("GET /assets/app-1.js.map").status());
            assertEquals("app saw /top.map", other.request("GET /top.map").body());
        }
    }
}
