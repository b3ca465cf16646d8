package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.OtherBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One WAR deployed three times in one stock Tomcat: each path must show a visitor the same site. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
final class ContextPathIT {
    private static final List<String> WARS = List.of("ROOT.war", "vts-basic.war", "apps#front#v2.war");
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private StockTomcat tomcat;
    private Path workDirectory;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        workDirectory = Files.createDirectory(directory.resolve("work"));
        Path base = Files.createDirectory(directory.resolve("tomcat"));
        tomcat = StockTomcat.runCopies(base, WARS, Map.of("VTS_WORK_DIR", workDirectory.toString()));
        for (String war : WARS) {
            assertEquals(-1, Files.mismatch(Vts.WAR, base.resolve("webapps").resolve(war)));
        }
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.close();
        try (var left = Files.list(workDirectory)) {
            assertEquals(
                    List.of(),
                    left.filter(file -> file.getFileName().toString().startsWith("base-"))
                            .toList());
        }
    }

    @Nested
    final class AtTheRoot extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            return at("");
        }
    }

    @Nested
    final class AtAName extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            return at("/vts-basic");
        }
    }

    @Nested
    final class AtAPath extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            return at("/apps/front/v2");
        }
    }

    @Test
    void onlyDeploymentsAtAContextPathRewriteTheBuild() throws Exception {
        try (var files = Files.list(workDirectory)) {
            assertEquals(
                    2, files.filter(file -> file.toString().endsWith(".lock")).count());
        }
    }

    private SiteInBrowser.Server at(String path) throws Exception {
        URI site = URI.create(tomcat.uri() + path);
        for (String asset : OtherBuild.hashed(Path.of("webapp/dist"))) {
            if (Files.exists(Path.of("webapp/dist/client/.vts/codings" + asset + ".br"))) {
                awaitBrotli(URI.create(site + asset));
            }
        }
        return new SiteInBrowser.Server(() -> {}, site);
    }

    /** Polls, because Bun compresses the files rewritten for a context path in the background after the start. */
    private static void awaitBrotli(URI asset) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(asset)
                .header("Accept-Encoding", "br")
                .timeout(Program.PATIENCE)
                .build();
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        HttpResponse<Void> response;
        do {
            assertTrue(System.nanoTime() < deadline, asset + " is not compressed");
            response = CLIENT.send(request, HttpResponse.BodyHandlers.discarding());
        } while (response.headers().firstValue("Content-Encoding").isEmpty());
    }
}
