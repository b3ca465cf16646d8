package dev.vtsbasic.testing.load;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.OtherBuild;
import dev.vtsbasic.testing.server.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The requests of a browser while builds change. It repeatedly loads a page and its assets, and in between the parts
 * that a page of the first build loads when its visitor follows a link.
 */
public final class OpenTab implements AutoCloseable {
    private static final Pattern ASSET = Pattern.compile("/assets/[A-Za-z0-9._-]+\\.(js|css)");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Thread thread = new Thread(this::surf, "open-tab");
    private final URI server;
    private final List<String> parts;
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Boolean> pagesOfNext = new ArrayList<>();
    private final Set<String> named = new TreeSet<>();
    private int assets;
    private volatile boolean leaving;

    private OpenTab(URI server, Path first, Path next) throws IOException {
        this.server = server;
        this.parts = OtherBuild.hashed(first);
        for (Path build : List.of(first, next)) {
            for (String path : OtherBuild.hashed(build)) {
                files.put(path, Files.readAllBytes(build.resolve("client" + path)));
            }
        }
    }

    public static OpenTab open(URI server, Path first, Path next) throws IOException {
        OpenTab tab = new OpenTab(server, first, next);
        tab.thread.setDaemon(true);
        tab.thread.start();
        return tab;
    }

    /** Requests all parts of the first build once more, and ends. */
    public void leave() throws InterruptedException {
        leaving = true;
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertTrue(!thread.isAlive(), "a response does not come");
    }

    /** Responses with a wrong status or body. */
    public List<String> problems() {
        return problems;
    }

    /** Whether a page of the first build came after one of the next build, because both builds were in service. */
    public boolean sawBuildsInTurns() {
        int begun = pagesOfNext.indexOf(true);
        return begun > 0 && pagesOfNext.lastIndexOf(false) > begun && pagesOfNext.get(pagesOfNext.size() - 1);
    }

    /** Whether a page referred to a file that the first build does not have. */
    public boolean sawAssetsOfNext() {
        return !parts.containsAll(named);
    }

    private void surf() {
        try {
            while (!leaving) {
                page();
                asset(parts.get(pagesOfNext.size() % parts.size()));
            }
            for (String part : parts) {
                asset(part);
            }
        } catch (IOException e) {
            problems.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void page() throws IOException, InterruptedException {
        HttpResponse<byte[]> page = get("/about");
        String text = new String(page.body(), StandardCharsets.UTF_8);
        if (page.statusCode() != 200 || !text.endsWith("</html>")) {
            problems.add("/about: " + page.statusCode() + " " + text);
            return;
        }
        pagesOfNext.add(text.contains(OtherBuild.HEADING));
        for (String asset : new TreeSet<>(
                ASSET.matcher(text).results().map(MatchResult::group).toList())) {
            named.add(asset);
            asset(asset);
        }
    }

    private void asset(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = get(path);
        assets++;
        if (response.statusCode() != 200 || !Arrays.equals(files.get(path), response.body())) {
            problems.add(path + ": " + response.statusCode());
        }
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(Program.PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        leaving = true;
        thread.interrupt();
    }

    @Override
    public String toString() {
        return "open tab: %d pages, %d of them of the next build, and %d assets of %d names; %d problems"
                .formatted(
                        pagesOfNext.size(),
                        pagesOfNext.stream().filter(ofNext -> ofNext).count(),
                        assets,
                        named.size(),
                        problems.size());
    }
}
