package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A GlassFish or a Payara, which is based on it, with the WAR deployed by {@code asadmin}. */
public final class StockGlassFish extends StockServer {
    private static final String PAYARA = "payara-";
    private static final String GLASSFISH = "glassfish-";

    /**
     * The ports in the downloaded configuration. That of the message broker is not among them, because it is disabled.
     */
    private static final List<String> PORTS = List.of("8080", "8181", "4848", "3700", "3820", "3920", "8686");

    private final String title;
    private final Path home;
    private final int adminPort;
    private final URI uri;

    private StockGlassFish(ProcessBuilder builder, String title, Path home, int adminPort, URI uri) throws IOException {
        super(builder);
        this.title = title;
        this.home = home;
        this.adminPort = adminPort;
        this.uri = uri;
    }

    /** Like {@link #runGlassFish}, with Payara. */
    public static StockGlassFish runPayara(Path base, Map<String, String> environment) throws Exception {
        Path home = home(PAYARA);
        return run("Payara " + version(home, PAYARA), home.resolve("payara6"), base, environment);
    }

    /**
     * Starts a GlassFish with the WAR.
     *
     * @param base an empty directory to run in
     * @param environment the application's settings
     */
    public static StockGlassFish runGlassFish(Path base, Map<String, String> environment) throws Exception {
        Path home = home(GLASSFISH);
        return run("GlassFish " + version(home, GLASSFISH), home.resolve("glassfish7"), base, environment);
    }

    private static StockGlassFish run(String title, Path home, Path base, Map<String, String> environment)
            throws Exception {
        copyTree(home.resolve("glassfish/domains"), base.resolve("domains"));
        Path configuration = base.resolve("domains/domain1/config/domain.xml");
        String xml = Files.readString(configuration)
                .replace("address=\"0.0.0.0\"", "address=\"127.0.0.1\"")
                .replace("<network-listener port", "<network-listener address=\"127.0.0.1\" port")
                // Disabled, because Payara instances search for each other.
                .replace(
                        "<hazelcast-config-specific-configuration",
                        "<hazelcast-config-specific-configuration enabled=\"false\"")
                // Disabled, because a message broker would listen on all addresses.
                .replace(
                        "<config name=\"server-config\">",
                        "<config name=\"server-config\"><jms-service type=\"REMOTE\" default-jms-host=\"none\">"
                                + "<jms-host name=\"none\" host=\"127.0.0.1\" port=\"1\" lazy-init=\"true\"/>"
                                + "</jms-service>");
        List<Integer> ports = new ArrayList<>();
        for (String port : PORTS) {
            ports.add(Ports.free());
            xml = xml.replace("port=\"" + port + "\"", "port=\"" + ports.get(ports.size() - 1) + "\"");
        }
        Files.writeString(configuration, xml);
        ProcessBuilder builder = builder(
                base,
                home.resolve("bin/asadmin").toString(),
                "start-domain",
                "--verbose",
                "--domaindir",
                base.resolve("domains").toString(),
                "domain1");
        builder.environment().putAll(environment);
        StockGlassFish server =
                new StockGlassFish(builder, title, home, ports.get(2), URI.create("http://127.0.0.1:" + ports.get(0)));
        try {
            server.awaitLine("startup time|Boot Time|ready after");
            server.deploy("");
            return server;
        } catch (AssertionError e) {
            server.close();
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
    public void deploy(String contextPath) throws Exception {
        String root = contextPath.isEmpty() ? "/" : contextPath;
        asadmin("deploy", "--contextroot", root, "--name", name(contextPath), Vts.WAR.toString());
    }

    @Override
    public void undeploy(String contextPath) throws Exception {
        asadmin("undeploy", name(contextPath));
    }

    private static String name(String contextPath) {
        return warName(contextPath).replace(".war", "");
    }

    private void asadmin(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/asadmin").toString(), "--port", "" + adminPort));
        line.addAll(List.of(command));
        Process asadmin = builder(home, line.toArray(String[]::new))
                .redirectErrorStream(true)
                .start();
        String output = new String(asadmin.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, asadmin.waitFor(), output);
    }
}
