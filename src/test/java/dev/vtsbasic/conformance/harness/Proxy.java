package dev.vtsbasic.conformance.harness;

import dev.vtsbasic.testing.Evidence;
import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A proxy under test: a process that forwards requests from its port to the upstream's. */
public final class Proxy implements AutoCloseable {
    private static final int START_SECONDS = 60;

    private final int port;
    private final Path directory;
    private final Process process;
    private String outputAtClose;

    private Proxy(int port, Path directory, List<String> command, Map<String, String> environment) throws IOException {
        this.port = port;
        this.directory = directory;
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().putAll(environment);
        process = builder.start();
        Evidence.add("output of " + String.join(" ", command), this::outputSoFar);
        awaitPort();
    }

    /** The kinds of proxies, each with its start command. */
    public enum Kind {
        VTS("VTS Basic") {
            @Override
            public Proxy start(int upstream) throws IOException {
                return vts(upstream, Map.of());
            }

            @Override
            public String version() {
                return "this build, Java " + Runtime.version().feature();
            }
        },
        NGINX("nginx") {
            @Override
            public Proxy start(int upstream) throws IOException {
                return nginx("nginx.conf", upstream, Map.of());
            }

            @Override
            public String version() throws IOException {
                return firstLine("nginx", "-v").replaceFirst(".*/", "");
            }
        },
        HAPROXY("HAProxy") {
            @Override
            public Proxy start(int upstream) throws IOException {
                return configured("haproxy.cfg", upstream, Map.of(), List.of("haproxy", "-f"));
            }

            @Override
            public String version() throws IOException {
                return firstLine("haproxy", "-v").replaceFirst("HAProxy version (\\S+).*", "$1");
            }
        };

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }

        public abstract Proxy start(int upstream) throws IOException;

        public abstract String version() throws IOException;
    }

    /** @param environment settings that are added to those of all cases, or replace them */
    public static Proxy vts(int upstream, Map<String, String> environment) throws IOException {
        int port = Ports.free();
        Map<String, String> settings = new HashMap<>(Map.of(
                "VTS_ADDRESS", "127.0.0.1",
                "VTS_PORT", Integer.toString(port),
                "VTS_UPSTREAM", "http://127.0.0.1:" + upstream,
                "VTS_CONNECT_TIMEOUT", "1s",
                "VTS_RESPONSE_TIMEOUT", "5s",
                "VTS_HOLD_TIMEOUT", "1s",
                "VTS_MAX_BODY", "1m",
                "VTS_TRUSTED_PROXIES", Scene.TRUSTED + "/32"));
        settings.putAll(environment);
        return new Proxy(
                port,
                newDirectory(),
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        // A proxy that lives for seconds needs less processor time without the second compiler.
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        System.getProperty("test.war")),
                settings);
    }

    /**
     * @param configuration name of a resource
     * @param values replacements for the placeholders in it
     */
    public static Proxy nginx(String configuration, int upstream, Map<String, String> values) throws IOException {
        return configured(configuration, upstream, values, List.of("nginx", "-e", "stderr", "-c"));
    }

    /** Starts an HAProxy that speaks HTTP/2 to the server on this port. */
    public static Proxy haproxyOverHttp2(int upstream, boolean tls) throws IOException {
        return configured(
                "haproxy-http2.cfg",
                upstream,
                Map.of("@HTTP2@", tls ? "ssl verify none alpn h2" : "proto h2"),
                List.of("haproxy", "-f"));
    }

    public int port() {
        return port;
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for the end of the process. */
    public int awaitExit() throws InterruptedException {
        Check.that(process.waitFor(START_SECONDS, TimeUnit.SECONDS), "still running");
        return process.exitValue();
    }

    public String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    private String outputSoFar() {
        try {
            return outputAtClose == null ? output() : outputAtClose;
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Starts a proxy with the named resource as its configuration, after filling in the ports and a directory. */
    private static Proxy configured(String name, int upstream, Map<String, String> values, List<String> command)
            throws IOException {
        int port = Ports.free();
        Path directory = newDirectory();
        Path configuration = directory.resolve(name);
        String text = configuration(name)
                .replace("@PORT@", Integer.toString(port))
                .replace("@UPSTREAM@", Integer.toString(upstream))
                .replace("@DIRECTORY@", directory.toString());
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace(value.getKey(), value.getValue());
        }
        Files.writeString(configuration, text);
        return new Proxy(
                port,
                directory,
                Stream.concat(command.stream(), Stream.of(configuration.toString()))
                        .toList(),
                Map.of());
    }

    public static String configuration(String name) throws IOException {
        try (var in = Proxy.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Path newDirectory() throws IOException {
        return Files.createTempDirectory("conformance");
    }

    private static String firstLine(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var reader = process.inputReader()) {
            return reader.readLine();
        }
    }

    private void awaitPort() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String output = output();
                close();
                throw new IOException("the proxy does not start; it printed:\n" + output);
            }
        }
    }

    private boolean accepts() {
        try {
            new Socket("127.0.0.1", port).close();
            return true;
        } catch (IOException e) {
            pause();
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        outputAtClose = outputSoFar();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // A file in a temporary directory may stay.
        }
    }
}
