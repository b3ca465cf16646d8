package dev.vtsbasic.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** Receives traces and logs over OpenTelemetry's protocol (OTLP/HTTP with Protocol Buffers) for a test. */
public final class OtlpCollector implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServer server;
    private final List<Span> spans = new ArrayList<>();
    private final List<LogLine> logs = new ArrayList<>();

    /** @param kind 1 for an internal span, 2 for a server's, 3 for a client's */
    public record Span(String service, String name, int kind, String traceId, String spanId, String parentId) {}

    public record LogLine(String text, String traceId) {}

    private OtlpCollector(HttpServer server) {
        this.server = server;
    }

    public static OtlpCollector start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        OtlpCollector collector = new OtlpCollector(server);
        server.createContext("/v1/traces", exchange -> collector.take(exchange, collector::readSpans));
        server.createContext("/v1/logs", exchange -> collector.take(exchange, collector::readLogs));
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "collector");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
        return collector;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public Span await(Predicate<Span> wanted) throws InterruptedException {
        return await(spans, wanted);
    }

    /** Waits for a log line. */
    public LogLine awaitLog(Predicate<LogLine> wanted) throws InterruptedException {
        return await(logs, wanted);
    }

    private synchronized <T> T await(List<T> all, Predicate<T> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<T> found = all.stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("not among " + all);
            }
            wait(left);
        }
    }

    private interface Reader {
        void read(byte[] message);
    }

    private void take(HttpExchange exchange, Reader reader) throws IOException {
        try (exchange) {
            byte[] message = exchange.getRequestBody().readAllBytes();
            synchronized (this) {
                reader.read(message);
                notifyAll();
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    // The numbers are those of the fields in trace.proto, logs.proto, resource.proto and common.proto.

    private void readSpans(byte[] request) {
        for (byte[] resource : parts(request, 1)) {
            for (byte[] scope : parts(resource, 2)) {
                for (byte[] span : parts(scope, 2)) {
                    String parent = parts(span, 4).stream()
                            .findFirst()
                            .map(HexFormat.of()::formatHex)
                            .orElse("");
                    spans.add(new Span(
                            service(resource), text(span, 5), number(span, 6), hex(span, 1), hex(span, 2), parent));
                }
            }
        }
    }

    private void readLogs(byte[] request) {
        for (byte[] resource : parts(request, 1)) {
            for (byte[] scope : parts(resource, 2)) {
                for (byte[] line : parts(scope, 2)) {
                    String traceId = parts(line, 9).isEmpty() ? "" : hex(line, 9);
                    logs.add(new LogLine(text(parts(line, 5).get(0), 1), traceId));
                }
            }
        }
    }

    private static String service(byte[] resource) {
        for (byte[] attribute : parts(parts(resource, 1).get(0), 1)) {
            if (text(attribute, 1).equals("service.name")) {
                return text(parts(attribute, 2).get(0), 1);
            }
        }
        return "";
    }

    private static String text(byte[] message, int field) {
        return new String(parts(message, field).get(0), StandardCharsets.UTF_8);
    }

    private static String hex(byte[] message, int field) {
        return HexFormat.of().formatHex(parts(message, field).get(0));
    }

    private static int number(byte[] message, int field) {
        byte[] octets = parts(message, field).get(0);
        return (int) ByteBuffer.wrap(octets).getLong();
    }

    /** The values of a field in a Protocol Buffers message; a number is eight bytes. */
    private static List<byte[]> parts(byte[] message, int wanted) {
        List<byte[]> values = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = varint(in);
            byte[] value = switch ((int) (key & 7)) {
                case 0 -> ByteBuffer.allocate(8).putLong(varint(in)).array();
                case 1 -> octets(in, 8);
                case 2 -> octets(in, (int) varint(in));
                case 5 -> octets(in, 4);
                default -> throw new IllegalArgumentException("no wire type: " + key);
            };
            if (key >>> 3 == wanted) {
                values.add(value);
            }
        }
        return values;
    }

    private static byte[] octets(ByteBuffer in, int length) {
        byte[] octets = new byte[length];
        in.get(octets);
        return octets;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte octet = in.get();
            value |= (long) (octet & 0x7f) << shift;
            if (octet >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
