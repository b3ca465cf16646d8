package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A container of the image under test on 127.0.0.1, with minimal rights: a read-only root file system, an empty
 * {@code /tmp} and no capabilities.
 */
public final class Container extends Program {
    /** {@code docker}, or {@code podman}, which accepts the same commands. */
    private static final String ENGINE = System.getProperty("test.engine");

    public static final String EMBEDDED = System.getProperty("test.image");
    public static final String TOMCAT = System.getProperty("test.image.tomcat");

    private final String name;
    private URI uri;

    /** The result of a command. */
    public record Answer(int exitCode, String output) {}

    private Container(String name, ProcessBuilder builder) throws IOException {
        super(builder);
        this.name = name;
    }

    /** Starts a container and returns at once. */
    public static Container launch(
            String image, Map<String, String> environment, List<String> options, String... arguments)
            throws IOException {
        String name = "vts-it-" + UUID.randomUUID();
        List<String> command = new ArrayList<>(List.of(ENGINE, "run", "--rm", "--pull=never", "--name", name));
        command.addAll(List.of("--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=all"));
        command.addAll(List.of("--security-opt=no-new-privileges", "--memory=512m", "--pids-limit=200"));
        command.addAll(List.of("--env=VTS_ADDRESS=127.0.0.1"));
        environment.forEach((key, value) -> command.add("--env=" + key + "=" + value));
        command.addAll(options);
        command.add(image);
        command.addAll(List.of(arguments));
        return new Container(name, new ProcessBuilder(command));
    }

    /** Starts a container and waits until the app is ready. */
    public static Container serve(String image, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        Map<String, String> withPort = new HashMap<>(SETTINGS);
        withPort.putAll(environment);
        withPort.putIfAbsent("VTS_PORT", Integer.toString(Ports.free()));
        Container container = launch(image, withPort, List.of(options));
        String scheme = environment.containsKey("VTS_TLS_CERT") ? "https" : "http";
        container.uri = URI.create(scheme + "://127.0.0.1:" + withPort.get("VTS_PORT"));
        try {
            container.awaitLine("Ready on |Server startup in ");
            container.awaitLine("worker-1-1 is ready");
            return container;
        } catch (AssertionError e) {
            container.close();
            throw e;
        }
    }

    /** Options that mount a build of this machine and use it as the app. */
    public static String[] app(Path build) {
        return new String[] {"--volume=" + build + ":/app:ro", "--env=VTS_APP_DIR=/app"};
    }

    public URI uri() {
        return uri;
    }

    /** Runs a command inside the container. */
    public Answer exec(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("exec", name));
        line.addAll(List.of(command));
        return engine(line.toArray(String[]::new));
    }

    /** Runs a script inside the container with Bun, the only interpreter in the image. */
    public String script(String script) throws IOException, InterruptedException {
        Answer response = exec("bun", "-e", script);
        if (response.exitCode() != 0) {
            throw new AssertionError(response.output());
        }
        return response.output().strip();
    }

    public static Answer engine(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), output);
    }

    /** The health check that the image declares. */
    public static String[] healthCheckOf(String image) throws IOException, InterruptedException {
        String format = "--format={{range .Config.Healthcheck.Test}}{{println .}}{{end}}";
        String[] command =
                engine("image", "inspect", format, image).output().strip().split("\n");
        assertEquals("CMD", command[0]);
        return Arrays.copyOfRange(command, 1, command.length);
    }

    /** Returns the image as a tar file with all layers. */
    public static InputStream save(String image) throws IOException {
        return start("save", image).getInputStream();
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(ENGINE));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        if (arguments[0].equals("save")) {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        } else {
            builder.redirectErrorStream(true);
        }
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    @Override
    public void close() {
        try {
            engine("rm", "--force", name);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            super.close();
        }
    }
}
