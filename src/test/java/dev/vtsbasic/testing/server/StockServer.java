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
 * A server as it is downloaded, in a directory of its own, on free ports of 127.0.0.1; copies of the WAR come and go while
 * it runs.
 */
public abstract class StockServer extends Program {
    public StockServer(ProcessBuilder builder) throws IOException {
        super(builder);
    }

    /** With the version, as {@code WildFly 39.0.1}. */
    public abstract String title();

    public abstract URI uri();

    /** Deploys the WAR and returns, maybe before it is there. */
    public abstract void deploy(String contextPath) throws Exception;

    /** Takes it away and returns, maybe before it is gone. */
    public abstract void undeploy(String contextPath) throws Exception;

    /** The log of the server so far. */
    public String log() throws IOException {
        return output();
    }

    /** The process with the server in it, which scripts may have started. */
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

    /** Not the scripts alone, which would leave the server to itself. */
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
            // It did not get so far.
        } finally {
            super.close();
        }
    }

    /** No test may be open to the network, whatever the server's own configuration says. */
    public final void assertPrivate() throws IOException {
        String open = String.join(" ", ListeningSockets.openToOthers(jvm().pid()));
        assertTrue(open.isEmpty(), () -> title() + " listens on " + open);
    }

    /** The one directory of an unpacked server in {@code target/servers}. */
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

    /** The part of the directory's name behind {@code prefix}. */
    public static String version(Path home, String prefix) {
        return home.getFileName().toString().substring(prefix.length());
    }

    /** Copies the WAR in one step, so that no scanner finds half of it. */
    public static void copyWar(Path file) throws IOException {
        Path part = Files.copy(
                Vts.WAR, file.resolveSibling(file.getFileName() + ".part"), StandardCopyOption.REPLACE_EXISTING);
        // Tomcat waits until a file has been left alone for a while.
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Copies a directory with all that is in it. */
    public static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** The name of the WAR, by which most servers know the context path. */
    public static String warName(String contextPath) {
        return contextPath.isEmpty() ? "ROOT.war" : contextPath.substring(1) + ".war";
    }

    /** A command whose environment has no variable of this machine for the application or the server. */
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
