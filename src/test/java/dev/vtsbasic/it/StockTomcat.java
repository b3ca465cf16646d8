package dev.vtsbasic.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Tomcat as it is downloaded, with the WAR copied into its {@code webapps/}, on a free port of 127.0.0.1. */
final class StockTomcat extends Program {
    private URI uri;

    private StockTomcat(ProcessBuilder builder) throws IOException {
        super(builder);
    }

    /**
     * @param majorVersion {@code 10.1} or {@code 11.0}
     * @param base an empty directory to run in
     * @param warName file name in {@code webapps/}, which decides the context path
     */
    static StockTomcat run(String majorVersion, Path base, String warName) throws IOException, InterruptedException {
        return run(majorVersion, base, warName, Map.of());
    }

    /** The same, with settings of the application's. */
    static StockTomcat run(String majorVersion, Path base, String warName, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(majorVersion, base, List.of(warName), "true", "", environment);
    }

    /** The same, with attributes of its connector's, such as {@code compression="on"}. */
    static StockTomcat runWith(String connector, String majorVersion, Path base, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(majorVersion, base, List.of("ROOT.war"), "true", connector, environment);
    }

    /** Several copies in a Tomcat 11 that looks for changes every second. */
    static StockTomcat runCopies(Path base, List<String> warNames, Map<String, String> environment)
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

    /** The same, with the WAR left packed and {@code workDirectory} for what has to lie on disk. */
    static StockTomcat runPacked(String majorVersion, Path base, String warName, Path workDirectory)
            throws IOException, InterruptedException {
        return start(
                majorVersion, base, List.of(warName), "false", "", Map.of("VTS_WORK_DIR", workDirectory.toString()));
    }

    /**
     * A Tomcat 11 with the files of {@code tomcat-conf/} copied over its own.
     *
     * @param errors a file for what it prints to standard error
     */
    static StockTomcat runConfigured(Path base, Path errors, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home("11.0");
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
        // Tomcat tells of a port that it chose itself only when it takes it before the app is there.
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Map<String, String> settings = new HashMap<>(environment);
        settings.putAll(Map.of("VTS_ADDRESS", "127.0.0.1", "VTS_PORT", Integer.toString(port)));
        String catalina = home.resolve("bin/catalina.sh").toString();
        return launch(base, settings, "sh", "-c", "exec \"$0\" run 2> \"$1\"", catalina, errors.toString());
    }

    private static StockTomcat start(
            String majorVersion,
            Path base,
            List<String> warNames,
            String unpack,
            String connector,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = home(majorVersion);
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
        return launch(base, environment, home.resolve("bin/catalina.sh").toString(), "run");
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
            Files.copy(Vts.WAR, base.resolve("webapps").resolve(warName));
        }
    }

    private static StockTomcat launch(Path base, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CATALINA_BASE", base.toString());
        builder.environment().putAll(environment);
        StockTomcat tomcat = new StockTomcat(builder);
        try {
            tomcat.awaitLine("Server startup in");
            tomcat.awaitLine("worker-1-1 is ready");
            tomcat.uri = URI.create("http://127.0.0.1:"
                    + tomcat.awaitLine("Starting ProtocolHandler \\[\"http-nio-127.0.0.1-(?:auto-\\d+-)?(\\d+)\"")
                            .group(1));
            return tomcat;
        } catch (AssertionError e) {
            tomcat.close();
            throw e;
        }
    }

    private static Path home(String majorVersion) throws IOException {
        Path servers = Path.of(System.getProperty("test.servers"));
        try (Stream<Path> directories = Files.list(servers)) {
            return directories
                    .filter(directory -> directory.getFileName().toString().startsWith("apache-tomcat-" + majorVersion))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no Tomcat " + majorVersion + " in " + servers));
        }
    }

    URI uri() {
        return uri;
    }
}
