package dev.vtsbasic.testing.server;

import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** An Open Liberty; its {@code server.xml} deploys the WAR at the root, {@code dropins/} deploys others. */
public final class StockLiberty extends StockServer {
    private static final String NAME = "open-liberty-";

    private final Path home;
    private final Path server;
    private final URI uri;

    private StockLiberty(ProcessBuilder builder, Path home, Path server, URI uri) throws IOException {
        super(builder);
        this.home = home;
        this.server = server;
        this.uri = uri;
    }

    /**
     * Starts an Open Liberty with the WAR.
     *
     * @param base an empty directory to run in
     * @param environment the application's settings
     */
    public static StockLiberty run(Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home(NAME);
        Path server = Files.createDirectories(base.resolve("usr/servers/vts"));
        int port = Ports.free();
        Files.writeString(server.resolve("server.xml"), """
                <server>
                  <featureManager>
                    <feature>servlet-6.0</feature>
                    <feature>jsonp-2.1</feature>
                  </featureManager>
                  <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
                  <webContainer skipEncodedCharVerification="true"/>
                  <webApplication location="ROOT.war" contextRoot="/"/>
                </server>
                """.formatted(port));
        // No command port, which Open Liberty would otherwise open.
        Files.writeString(server.resolve("bootstrap.properties"), "command.port=-1\n");
        copyWar(Files.createDirectory(server.resolve("apps")).resolve("ROOT.war"));
        Files.createDirectory(server.resolve("dropins"));
        ProcessBuilder builder = builder(base, home.resolve("wlp/bin/server").toString(), "run", "vts");
        builder.environment().put("WLP_USER_DIR", base.resolve("usr").toString());
        builder.environment().putAll(environment);
        StockLiberty liberty = new StockLiberty(builder, home, server, URI.create("http://127.0.0.1:" + port));
        try {
            liberty.awaitLine("CWWKF0011I");
            return liberty;
        } catch (AssertionError e) {
            liberty.close();
            throw e;
        }
    }

    @Override
    public String title() {
        return "Open Liberty " + version(home, NAME);
    }

    @Override
    public URI uri() {
        return uri;
    }

    /** Reads the log file, because the console shows only warnings and errors. */
    @Override
    public String log() throws IOException {
        return Files.readString(server.resolve("logs/messages.log"));
    }

    @Override
    public void deploy(String contextPath) throws IOException {
        copyWar(server.resolve("dropins").resolve(warName(contextPath)));
    }

    @Override
    public void undeploy(String contextPath) throws IOException {
        Files.delete(server.resolve("dropins").resolve(warName(contextPath)));
    }
}
