package dev.vtsbasic.testing.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/** {@code java -jar vts-basic.war} on a free port of 127.0.0.1. */
public final class Vts extends Program {
    public static final Path WAR = Path.of(System.getProperty("test.war"));
    public static final Path BUN = Path.of(System.getProperty("test.bun"));

    private URI uri;

    private Vts(ProcessBuilder builder) throws IOException {
        super(builder);
    }

    /** Starts the program and returns at once. */
    public static Vts launch(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(SHORT_LIVED);
        command.addAll(List.of("-jar", WAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().putAll(SETTINGS);
        builder.environment().putAll(Map.of("VTS_ADDRESS", "127.0.0.1", "VTS_PORT", "0"));
        builder.environment().putAll(environment);
        return new Vts(builder);
    }

    /** Starts the program and waits until it is ready. */
    public static Vts serve(Map<String, String> environment) throws IOException, InterruptedException {
        return serve(environment, PATIENCE);
    }

    /** Like {@link #serve(Map)}, for a start that takes longer than usual. */
    public static Vts serve(Map<String, String> environment, Duration patience)
            throws IOException, InterruptedException {
        Vts vts = launch(environment);
        try {
            Matcher ready = vts.awaitLine("Ready on (https?)://localhost:(\\d+)", patience);
            vts.uri = URI.create(ready.group(1) + "://127.0.0.1:" + ready.group(2));
            return vts;
        } catch (AssertionError e) {
            vts.close();
            throw e;
        }
    }

    public URI uri() {
        return uri;
    }
}
