package dev.vtsbasic.testing.server;

import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Tomcat, with the WAR copied into its {@code webapps/}. */
public final class StockTomcat extends StockServer {
    private static final String NAME = "apache-tomcat-";

    private final Path home;
    private final Path base;
    private URI uri;

    private StockTomcat(ProcessBuilder builder, Path home, Path base) throws IOException {
        super(builder);
        this.home = home;
        this.base = base;
    }

    /** The versions to test with: the newest, and in the long set also the previous one. */
    public static Stream<String> versions() {
        return LongSet.RUNS ? Stream.of("10.1", "11.0") : Stream.of("11.0");
    }

    /**
     * Starts a Tomcat with the WAR.
     *
     * @param majorVersion {@code 10.1} or {@code 11.0}
     * @param base an empty directory to run in
     * @param warName file name in {@code webapps/}, which determines the context path
     */
    public static StockTomcat run(String majorVersion, Path base, String warName)
            throws IOException, InterruptedException {
        return run(majorVersion, base, warName, Map.of());
    }

    /** Like {@link #run(String, Path, String)}, with settings of the application. */
    public static StockTomcat run(String majorVersion, Path base, String warName, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(majorVersion, base, List.of(warName), "true", "", environment);
    }

    /** Starts a Tomcat with attributes for its connector, such as {@code compression="on"}. */
    public static StockTomcat runWith(String connector, String majorVersion, Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(majorVersion, base, List.of("ROOT.war"), "true", connector, environment);
    }

    /**
     * Starts a Tomcat with a connector that passes on targets as clients send them, as {@code docs/servers/tomcat.md}
     * describes.
     */
    public static StockTomcat runOpen(String majorVersion, Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        String connector = "encodedSolidusHandling=\"passthrough\" encodedReverseSolidusHandling=\"passthrough\""
                + " relaxedPathChars=\"[]|{}^`&quot;&lt;&gt;\" relaxedQueryChars=\"[]|{}^`&quot;&lt;&gt;\"";
        return runWith(connector, majorVersion, base, environment);
    }

    /** Starts a Tomcat 11 with several copies, which looks for changes every second. */
    public static StockTomcat runCopies(Path base, List<String> warNames, Map<String, String> environment)
            throws IOException, InterruptedException {
        StockTomcat tomcat = start("11.0", base, warNames, "true", "", environment);
        try {
            tomcat.awaitLines("worker-1-1 is ready", warNames.size());
            return tomcat;
        } catch (AssertionError e) {
            tomcat.close();
            throw e;
        }
    }

    /** Starts a Tomcat that leaves the WAR packed; {@code workDirectory} holds the files that must be on disk. */
    public static StockTomcat runPacked(String majorVersion, Path base, String warName, Path workDirectory)
            throws IOException, InterruptedException {
        return start(
                majorVersion, base, List.of(warName), "false", "", Map.of("VTS_WORK_DIR", workDirectory.toString()));
    }

    /**
     * Starts a Tomcat 11 with the files of {@code tomcat-conf/} copied over its own.
     *
     * @param errors file for its standard error
     */
    public static StockTomcat runConfigured(Path base, Path errors, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home(NAME + "11.0");
        makeBase(home, base, List.of("ROOT.war"));
        Path configuration = Path.of("tomcat-conf");
        for (String name : List.of("server.xml", "context.xml", "logging.properties")) {
            Files.copy(
                    configuration.resolve(name),
                    base.resolve("conf").resolve(name),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Path setenv = Files.createDirectory(base.resolve("bin")).resolve("setenv.sh");
        Files.copy(configuration.resolve("setenv.sh"), setenv);
        // Choose the port here, because Tomcat logs a port that it chose itself only if it binds before the app starts.
        int port = Ports.free();
        Map<String, String> settings = new HashMap<>(environment);
        settings.putAll(Map.of("VTS_ADDRESS", "127.0.0.1", "VTS_PORT", Integer.toString(port)));
        String catalina = home.resolve("bin/catalina.sh").toString();
        return launch(home, base, settings, "sh", "-c", "exec \"$0\" run 2> \"$1\"", catalina, errors.toString());
    }

    private static StockTomcat start(
            String majorVersion,
            Path base,
            List<String> warNames,
            String unpack,
            String connector,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home(NAME + majorVersion);
        makeBase(home, base, warNames);
        Path serverXml = base.resolve("conf/server.xml");
        Files.writeString(
                serverXml,
                Files.readString(serverXml)
                        .replace("unpackWARs=\"true\"", "unpackWARs=\"" + unpack + "\"")
                        .replace("<Engine ", "<Engine backgroundProcessorDelay=\"1\" ")
                        .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
                        .replace(
                                "<Connector port=\"8080\"",
                                "<Connector port=\"0\" address=\"127.0.0.1\" " + connector));
        return launch(home, base, environment, home.resolve("bin/catalina.sh").toString(), "run");
    }

    private static void makeBase(Path home, Path base, List<String> warNames) throws IOException {
        for (String directory : List.of("conf", "logs", "temp", "webapps", "work")) {
            Files.createDirectories(base.resolve(directory));
        }
        try (Stream<Path> files = Files.list(home.resolve("conf"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, base.resolve("conf").resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        for (String warName : warNames) {
            copyWar(base.resolve("webapps").resolve(warName));
        }
    }

    private static StockTomcat launch(Path home, Path base, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().putAll(SETTINGS);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CATALINA_BASE", base.toString());
        builder.environment().put("CATALINA_OPTS", String.join(" ", SHORT_LIVED));
        builder.environment().putAll(environment);
        StockTomcat tomcat = new StockTomcat(builder, home, base);
        try {
            tomcat.awaitLine("Server startup in");
            if (!environment.containsKey("VTS_UPSTREAM")) {
                tomcat.awaitLine("worker-1-1 is ready");
            }
            tomcat.uri = URI.create("http://127.0.0.1:"
                    + tomcat.awaitLine("Starting ProtocolHandler \\[\"http-nio-127.0.0.1-(?:auto-\\d+-)?(\\d+)\"")
                            .group(1));
            return tomcat;
        } catch (AssertionError e) {
            tomcat.close();
            throw e;
        }
    }

    @Override
    public String title() {
        return "Tomcat " + version(home, NAME);
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
