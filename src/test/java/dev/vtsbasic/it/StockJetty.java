package dev.vtsbasic.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A Jetty as it is downloaded, with the WAR copied into its {@code webapps/}, on a free port of 127.0.0.1. */
final class StockJetty extends Program {
    private URI uri;

    private StockJetty(ProcessBuilder builder) throws IOException {
        super(builder);
    }

    /**
     * @param majorVersion {@code 12.0} or {@code 12.1}
     * @param modules those besides {@code http} and {@code graceful}, separated by commas
     * @param base an empty directory to run in
     * @param environment the application's settings
     */
    static StockJetty run(String majorVersion, String modules, Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        Files.copy(Vts.WAR, Files.createDirectory(base.resolve("webapps")).resolve("ROOT.war"));
        Path temporary = Files.createDirectory(base.resolve("tmp"));
        ProcessBuilder builder = new ProcessBuilder(
                        java(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-jar",
                        home(majorVersion).resolve("start.jar").toString(),
                        // Before the modules: what follows one counts only for its environment.
                        "jetty.http.host=127.0.0.1",
                        "jetty.http.port=0",
                        "jetty.httpConfig.uriCompliance=UNSAFE",
                        "--module=http,graceful," + modules)
                .directory(base.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_") || name.startsWith("JETTY_"));
        builder.environment().putAll(environment);
        StockJetty jetty = new StockJetty(builder);
        try {
            jetty.uri = URI.create("http://127.0.0.1:"
                    + jetty.awaitLine("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)\\}")
                            .group(1));
            jetty.awaitLine("worker-1-1 is ready");
            return jetty;
        } catch (AssertionError e) {
            jetty.close();
            throw e;
        }
    }

    private static Path home(String majorVersion) throws IOException {
        Path servers = Path.of(System.getProperty("test.servers"));
        try (Stream<Path> directories = Files.list(servers)) {
            return directories
                    .filter(directory -> directory.getFileName().toString().startsWith("jetty-home-" + majorVersion))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no Jetty " + majorVersion + " in " + servers));
        }
    }

    URI uri() {
        return uri;
    }
}
