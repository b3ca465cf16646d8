package dev.vtsbasic.conformance.asset;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Suite;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** A build with client files of every kind, and the same files laid out for nginx, with each coding beside its file. */
final class AssetSite implements AutoCloseable {
    /** Name of the resource with nginx's configuration. */
    static final String NGINX = "nginx-assets.conf";

    /** Too short to be compressed. */
    static final String TEN = "/ten.txt";

    /** Has every coding. */
    static final String SCRIPT = "/assets/app-1a2b3c4d.js";

    static final String EMPTY = "/empty.txt";

    /** Content that no coding makes smaller; too long to be kept in memory. */
    static final String LARGE = "/assets/film-1a2b3c4d.mp4";

    /** Has every coding; each is too long to be kept in memory. */
    static final String LARGE_CODED = "/assets/data-1a2b3c4d.json";

    static final String PNG = "/logo.png";

    private static final Path BROTLI = Path.of("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so");
    private static final Map<String, String> FILES = files();

    private final Path directory;

    private AssetSite(Path directory) {
        this.directory = directory;
    }

    static AssetSite write() throws IOException, InterruptedException {
        AssetSite site = new AssetSite(Files.createTempDirectory("assets"));
        Path dist = site.directory.resolve("dist");
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            for (String root : List.of("dist/client", "nginx")) {
                Path path = site.directory.resolve(root + file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, Wire.latin1(file.getValue()));
            }
        }
        Files.createDirectories(dist.resolve("server"));
        Files.writeString(dist.resolve("server/server.js"), "export default { fetch() {} };");
        precompress(dist);
        site.copyCodings(dist.resolve("client/.vts/codings"));
        return site;
    }

    private static void precompress(Path dist) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-jar",
                        System.getProperty("test.war"),
                        "precompress",
                        dist.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Check.that(process.waitFor() == 0, output);
    }

    private void copyCodings(Path codings) throws IOException {
        try (Stream<Path> files = Files.walk(codings)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        directory
                                .resolve("nginx")
                                .resolve(codings.relativize(file).toString()));
            }
        }
    }

    Suite suite(Proxy.Kind kind) throws IOException {
        return new Suite(AssetCases.all(), upstream -> start(kind, upstream));
    }

    private Proxy start(Proxy.Kind kind, int upstream) throws IOException {
        if (kind == Proxy.Kind.VTS) {
            return Proxy.vts(
                    upstream, Map.of("VTS_APP_DIR", directory.resolve("dist").toString()));
        }
        boolean brotli = Files.exists(BROTLI);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("@BROTLI@", brotli ? "load_module " + BROTLI + ";" : "");
        values.put("@ROOT@", directory.resolve("nginx").toString());
        if (!brotli) {
            values.put("brotli_static on;", "");
        }
        return Proxy.nginx(NGINX, upstream, values);
    }

    /** The content of the client file at this path; each character is a byte. */
    static String content(String path) {
        return FILES.get(path);
    }

    private static Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(TEN, "0123456789");
        files.put(SCRIPT, "export const greet = (name) => `Hello, ${name}!`;\n".repeat(400) + random(2000, "abcdef"));
        files.put(EMPTY, "");
        files.put(LARGE, random(3_000_000, null));
        files.put(LARGE_CODED, '"' + random(2_400_000, "0123456789abcdef") + '"');
        files.put(PNG, "\u0089PNG\r\n\u001a\n" + random(3000, null));
        files.put("/page.html", "<!doctype html><title>a page</title>");
        files.put("/style.css", "body { margin: 0 }");
        files.put("/small.js", "small()");
        files.put("/data.json", "{}");
        files.put("/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        files.put("/feed.xml", "<feed/>");
        files.put("/module.wasm", "\0asm");
        files.put("/font.woff2", "wOF2");
        files.put("/photo.avif", "avif");
        files.put("/photo.webp", "webp");
        files.put("/photo.jpg", "jpg");
        files.put("/favicon.ico", "ico");
        files.put("/book.pdf", "%PDF");
        files.put("/sound.mp3", "ID3");
        files.put("/app.webmanifest", "{\"name\":\"app\"}");
        files.put("/module.mjs", "export {}");
        files.put("/file.unheard-of", "?");
        files.put("/LICENSE", "free");
        files.put("/sw.js", "self.skipWaiting()");
        files.put("/with space.txt", "with space");
        files.put("/plus+&=.txt", "plus");
        files.put("/.well-known/security.txt", "Contact: mailto:security@site.example\n");
        return files;
    }

    /** Returns the same text each time, which no coding compresses below the entropy of its letters. */
    private static String random(int length, String letters) {
        Random random = new Random(length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(
                    letters == null ? (char) random.nextInt(256) : letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
