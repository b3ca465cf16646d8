package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockTomcat;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two copies of the WAR in one stock Tomcat, one of which is redeployed again and again. */
@Tag("long")
class RedeployIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int TIMES = 20;
    private static final String APP = "export default { fetch: () => new Response('page') };";

    @Test
    void redeployingLeavesNoProcessNoSocketNoThreadAndNoClassLoader(@TempDir Path directory) throws Exception {
        Path app = directory.resolve("app");
        SmallBuild.write(app, APP);
        Path work = Files.createDirectory(directory.resolve("work"));
        Path base = Files.createDirectory(directory.resolve("tomcat"));
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                app.toString(),
                "VTS_WORK_DIR",
                work.toString(),
                "JAVA_OPTS",
                "-Djava.io.tmpdir=" + work);
        List<ProcessHandle> buns;
        try (StockTomcat tomcat = StockTomcat.runCopies(base, List.of("one.war", "two.war"), environment)) {
            tomcat.awaitLines("worker-1-1 is ready", 2);
            Path war = base.resolve("webapps/one.war");
            Instant past = Instant.now().minus(Duration.ofDays(1));
            for (int i = 1; i <= TIMES; i++) {
                // The first scrape loads the metrics library.
                awaitMetrics(tomcat);
                // Not the present, because Tomcat waits until a file has not changed for a while.
                Files.setLastModifiedTime(war, FileTime.from(past.plusSeconds(10L * i)));
                tomcat.awaitLines("worker-1-1 is ready", 2 + i);
            }
            assertEquals(2, tomcat.buns().size());
            // Each copy has a socket of its own and one of its worker.
            assertEquals(4, sockets(base.resolve("temp")));
            assertFalse(tomcat.output().contains("memory leak"), tomcat.output());
            // Two are in use and the last one may still be; a leak would keep all of them.
            assertTrue(classLoaders(tomcat) <= 3, "class loaders are left behind");
            buns = tomcat.buns();
        }
        for (ProcessHandle bun : buns) {
            assertTrue(Program.endsSoon(bun));
        }
        assertEquals(0, sockets(base.resolve("temp")));
    }

    /** The worker may be ready before Tomcat sends requests to the application. */
    private static void awaitMetrics(StockTomcat tomcat) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(tomcat.uri().resolve("/one/-/metrics")).build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int status;
        do {
            status =
                    CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } while (status != 200 && System.nanoTime() < deadline);
        assertEquals(200, status);
    }

    private static long sockets(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".sock")).count();
        }
    }

    /** Collects garbage and returns the number of web application class loaders that are left. */
    private static long classLoaders(StockTomcat tomcat) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long count;
        do {
            jcmd(tomcat, "GC.run");
            Matcher row = Pattern.compile("\\s(\\d+)\\s+\\d+\\s+\\S*\\.ParallelWebappClassLoader\\b")
                    .matcher(jcmd(tomcat, "GC.class_histogram"));
            assertTrue(row.find());
            count = Long.parseLong(row.group(1));
        } while (count > 3 && System.nanoTime() < deadline);
        return count;
    }

    private static String jcmd(StockTomcat tomcat, String command) throws Exception {
        Process jcmd = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/jcmd", Long.toString(tomcat.pid()), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, jcmd.waitFor(), output);
        return output;
    }
}
