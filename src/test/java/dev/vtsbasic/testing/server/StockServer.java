package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server as downloaded, in a directory of its own, on free ports of 127.0.0.1. Copies of the WAR can be deployed and
 * undeployed while it runs.
 */
public abstract class StockServer extends Program {
    public StockServer(ProcessBuilder builder) throws IOException {
        super(builder);
    }

    /** Name and version, such as {@code WildFly 39.0.1}. */
    public abstract String title();

    public abstract URI uri();

    /** Deploys the WAR; may return before it is deployed. */
    public abstract void deploy(String contextPath) throws Exception;

    /** Undeploys the WAR; may return before it is gone. */
    public abstract void undeploy(String contextPath) throws Exception;

    /** The log of the server so far. */
    public String log() throws IOException {
        return output();
    }

    /** The server's JVM, which may be a descendant of start scripts. */
    public ProcessHandle jvm() {
        ProcessHandle self = ProcessHandle.of(pid()).orElseThrow();
        return Stream.concat(Stream.of(self), self.descendants())
                .filter(StockServer::isJava)
                .filter(java -> java.descendants().noneMatch(StockServer::isJava))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no Java runs; it printed:\n" + output()));
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("/java");
    }

    @Override
    public void terminate() {
        jvm().destroy();
    }

    /** Stops the JVM too, because the end of a start script does not stop the server. */
    @Override
    public void close() {
        try {
            if (ProcessHandle.of(pid()).isPresent()) {
                ProcessHandle jvm = jvm();
                jvm.destroy();
                if (!endsWithin(jvm, Duration.ofSeconds(30))) {
                    jvm.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AssertionError e) {
            // No JVM runs, because the server did not get that far.
        } finally {
            super.close();
        }
    }

    /** Fails when the server listens on a public address, because no test may be open to the network. */
    public final void assertPrivate() throws IOException {
        String open = String.join(" ", ListeningSockets.openToOthers(jvm().pid()));
        assertTrue(open.isEmpty(), () -> title() + " listens on " + open);
    }

    /** The only directory in {@code target/servers} whose name begins with {@code prefix}. */
    public static Path home(String prefix) throws IOException {
        Path servers = Path.of(System.getProperty("test.servers"));
        try (Stream<Path> directories = Files.list(servers)) {
            return directories
                    .filter(directory -> directory.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(
                            "no " + prefix + "... in " + servers + "; mvn verify -Pservers unpacks it"));
        }
    }

    /** The part of the directory's name after {@code prefix}. */
    public static String version(Path home, String prefix) {
        return home.getFileName().toString().substring(prefix.length());
    }

    /** Copies the WAR with a final rename, so that a scanner never finds an incomplete file. */
    public static void copyWar(Path file) throws IOException {
        Path part = Files.copy(
                Vts.WAR, file.resolveSibling(file.getFileName() + ".part"), StandardCopyOption.REPLACE_EXISTING);
        // Dated back, because Tomcat waits until a file has not changed for a while.
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Copies a directory with all its contents. */
    public static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** The WAR's file name, from which most servers derive the context path. */
    public static String warName(String contextPath) {
        return contextPath.isEmpty() ? "ROOT.war" : contextPath.substring(1) + ".war";
    }

    /** A command without this machine's environment variables for the application or the server. */
    public static ProcessBuilder builder(Path directory, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("VTS_")
                        || name.startsWith("JETTY_")
                        || name.startsWith("JBOSS_")
                        || name.startsWith("WLP_"));
        builder.environment().putAll(Program.SETTINGS);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** Runs {@code jcmd} on the server's JVM and returns its output. */
    public final String jcmd(String... command) throws Exception {
        List<String> line =
                new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/jcmd", Long.toString(jvm().pid())));
        line.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, jcmd.waitFor(), output);
        return output;
    }
}
