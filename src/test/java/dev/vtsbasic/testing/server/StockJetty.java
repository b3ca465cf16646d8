package dev.vtsbasic.testing.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A Jetty, with the WAR copied into its {@code webapps/}. */
public final class StockJetty extends StockServer {
    private static final String NAME = "jetty-home-";

    private final String title;
    private final Path base;
    private URI uri;

    private StockJetty(ProcessBuilder builder, String title, Path base) throws IOException {
        super(builder);
        this.title = title;
        this.base = base;
    }

    /**
     * Starts a Jetty with the WAR.
     *
     * @param majorVersion {@code 12.0} or {@code 12.1}
     * @param modules modules besides {@code http} and {@code graceful}, separated by commas
     * @param base an empty directory to run in
     * @param environment the application's settings
     */
    public static StockJetty run(String majorVersion, String modules, Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        copyWar(Files.createDirectory(base.resolve("webapps")).resolve("ROOT.war"));
        Path home = home(NAME + majorVersion);
        Path temporary = Files.createDirectory(base.resolve("tmp"));
        ProcessBuilder builder = new ProcessBuilder(
                        java(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-jar",
                        home.resolve("start.jar").toString(),
                        // Before the modules, because arguments after a module count only for its environment.
                        "jetty.http.host=127.0.0.1",
                        "jetty.http.port=0",
                        "jetty.httpConfig.uriCompliance=UNSAFE",
                        "jetty.deploy.scanInterval=1",
                        "--module=http,graceful," + modules)
                .directory(base.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_") || name.startsWith("JETTY_"));
        builder.environment().putAll(environment);
        StockJetty jetty = new StockJetty(
                builder,
                "Jetty " + version(home, NAME) + " " + modules.substring(0, 4).toUpperCase(Locale.ROOT),
                base);
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

    @Override
    public String title() {
        return title;
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void deploy(String contextPath) throws IOException {
        copyWar(base.resolve("webapps").resolve(warName(contextPath)));
    }

    @Override
    public void undeploy(String contextPath) throws IOException {
        Files.delete(base.resolve("webapps").resolve(warName(contextPath)));
    }
}
