package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.vtsbasic.testing.Ports;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** HAProxy in front of three instances, with the configuration that users get. */
public final class HaProxy extends Program {
    private static final Path CONFIGURATION = Path.of("deploy/haproxy/haproxy.cfg");

    private final URI uri;

    private HaProxy(ProcessBuilder builder, int port) throws IOException {
        super(builder);
        uri = URI.create("http://127.0.0.1:" + port);
    }

    /** Starts HAProxy and waits until it has seen all instances ready. */
    public static HaProxy start(List<URI> instances) throws IOException, InterruptedException {
        assertEquals(3, instances.size());
        int port = Ports.free();
        ProcessBuilder builder = new ProcessBuilder(binary().toString(), "-f", CONFIGURATION.toString());
        builder.environment().put("BIND", "127.0.0.1:" + port);
        for (int i = 0; i < instances.size(); i++) {
            builder.environment().put("INSTANCE_" + (i + 1), instances.get(i).getAuthority());
        }
        HaProxy proxy = new HaProxy(builder, port);
        try {
            proxy.awaitLines("^Health check for server vts/instance-\\d succeeded", instances.size());
            return proxy;
        } catch (AssertionError e) {
            proxy.close();
            throw e;
        }
    }

    /** Skips the test where HAProxy is not installed, but fails it with {@code CI=true}. */
    public static void require() {
        if (find().isEmpty()) {
            String reason = "HAProxy is not installed; install the package haproxy";
            if ("true".equals(System.getenv("CI"))) {
                fail(reason);
            }
            Assumptions.abort(reason);
        }
    }

    public URI uri() {
        return uri;
    }

    private static Path binary() {
        return find().orElseThrow();
    }

    /** Searches /usr/sbin too, because Debian installs HAProxy there and the PATH of a normal user lacks it. */
    private static Optional<Path> find() {
        return Stream.concat(
                        Pattern.compile(File.pathSeparator).splitAsStream(System.getenv("PATH")),
                        Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, "haproxy"))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
