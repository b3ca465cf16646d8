package dev.vtsbasic.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    /** Two copies in a Tomcat 11 that looks for changes every second. */
    static StockTomcat runTwo(Path base, String oneWar, String otherWar, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start("11.0", base, List.of(oneWar, otherWar), "true", "", environment);
    }

    /** The same, with the WAR left packed and {@code workDirectory} for what has to lie on disk. */
    static StockTomcat runPacked(String majorVersion, Path base, String warName, Path workDirectory)
            throws IOException, InterruptedException {
        return start(
                majorVersion, base, List.of(warName), "false", "", Map.of("VTS_WORK_DIR", workDirectory.toString()));
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
        for (String directory : List.of("conf", "logs", "temp", "webapps", "work")) {
            Files.createDirectories(base.resolve(directory));
        }
        try (Stream<Path> files = Files.list(home.resolve("conf"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, base.resolve("conf").resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
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
        for (String warName : warNames) {
            Files.copy(Vts.WAR, base.resolve("webapps").resolve(warName));
        }

        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("bin/catalina.sh").toString(), "run");
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CATALINA_BASE", base.toString());
        builder.environment().putAll(environment);
        StockTomcat tomcat = new StockTomcat(builder);
        try {
            tomcat.awaitLine("Server startup in");
            tomcat.awaitLine("worker-1-1 is ready");
            tomcat.uri = URI.create("http://127.0.0.1:"
                    + tomcat.awaitLine("Starting ProtocolHandler \\[\"http-nio-127.0.0.1-auto-\\d+-(\\d+)\"")
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
