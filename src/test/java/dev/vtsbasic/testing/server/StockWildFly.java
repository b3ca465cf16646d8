package dev.vtsbasic.testing.server;

import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A WildFly, with the WAR copied into its {@code deployments/}. */
public final class StockWildFly extends StockServer {
    private static final String NAME = "wildfly-";

    private final Path home;
    private final Path base;
    private final URI uri;

    private StockWildFly(ProcessBuilder builder, Path home, Path base, URI uri) throws IOException {
        super(builder);
        this.home = home;
        this.base = base;
        this.uri = uri;
    }

    /**
     * Starts a WildFly with the WAR.
     *
     * @param base an empty directory to run in
     * @param environment the application's settings
     */
    public static StockWildFly run(Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home(NAME);
        copyTree(home.resolve("standalone"), base.resolve("standalone"));
        Path standalone = base.resolve("standalone");
        Path configuration = standalone.resolve("configuration/standalone.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("scan-interval=\"5000\"", "scan-interval=\"500\"")
                        .replace(
                                "<http-listener name=\"default\"",
                                "<http-listener name=\"default\" max-post-size=\"0\" max-header-size=\"20480\""));
        copyWar(standalone.resolve("deployments/ROOT.war"));
        int port = Ports.free();
        ProcessBuilder builder = builder(
                base,
                home.resolve("bin/standalone.sh").toString(),
                "-b",
                "127.0.0.1",
                "-bmanagement",
                "127.0.0.1",
                "-Djboss.server.base.dir=" + standalone,
                "-Djboss.http.port=" + port,
                "-Djboss.https.port=" + Ports.free(),
                "-Djboss.management.http.port=" + Ports.free());
        builder.environment().putAll(environment);
        StockWildFly wildFly = new StockWildFly(builder, home, standalone, URI.create("http://127.0.0.1:" + port));
        try {
            wildFly.awaitLine("WFLYSRV0025.* started in");
            return wildFly;
        } catch (AssertionError e) {
            wildFly.close();
            throw e;
        }
    }

    @Override
    public String title() {
        return "WildFly " + version(home, NAME).replace(".Final", "");
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void deploy(String contextPath) throws IOException {
        Path deployments = base.resolve("deployments");
        copyWar(deployments.resolve(warName(contextPath)));
        // Without this marker, WildFly does not deploy again an application that was undeployed.
        Files.createFile(deployments.resolve(warName(contextPath) + ".dodeploy"));
    }

    @Override
    public void undeploy(String contextPath) throws IOException {
        Files.delete(base.resolve("deployments").resolve(warName(contextPath)));
    }
}
