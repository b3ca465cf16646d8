package dev.vtsbasic.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that reads HTTP/1.1 requests and sends the bytes of its script as each response, well-formed or not. */
public final class ScriptedUpstream implements AutoCloseable {
    /** Reads the request and sends nothing. */
    public static final Script SILENT = (request, out) -> true;

    private static final int PATIENCE_SECONDS = 10;

    private final ServerSocketChannel server;
    private final Script script;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();

    /** Responds to a request. */
    @FunctionalInterface
    public interface Script {
        /** @return whether the connection stays open for another request */
        boolean answer(Request request, OutputStream out) throws IOException;
    }

    /**
     * A received request.
     *
     * @param head request line and header fields; each character is a byte
     * @param body without chunk sizes
     */
    public record Request(String head, String body) {
        public String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        public String target() {
            return line().split(" ")[1];
        }

        /** All values of a header field, in order. */
        public List<String> headers(String name) {
            return new RawResponse(head).headers(name);
        }
    }

    private ScriptedUpstream(ServerSocketChannel server, Script script) {
        this.server = server;
        this.script = script;
        run(this::accept);
    }

    public static ScriptedUpstream onTcp(Script script) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        return new ScriptedUpstream(server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), script);
    }

    public static ScriptedUpstream onUnix(Path socket, Script script) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return new ScriptedUpstream(server.bind(UnixDomainSocketAddress.of(socket)), script);
    }

    /** A response with status 200, this body and its length. */
    public static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /**
     * Sends the nth response to the nth request, and the last response to all later ones, and closes each connection.
     */
    public static Script closing(String... responses) {
        return inTurn(false, responses);
    }

    /** Like {@link #closing}, but closes the connection only after an empty response. */
    public static Script keeping(String... responses) {
        return inTurn(true, responses);
    }

    private static Script inTurn(boolean keep, String... responses) {
        AtomicInteger next = new AtomicInteger();
        return (request, out) -> {
            String response = responses[Math.min(next.getAndIncrement(), responses.length - 1)];
            out.write(response.getBytes(StandardCharsets.ISO_8859_1));
            return keep && !response.isEmpty();
        };
    }

    public SocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    /** Removes and returns the oldest request; waits up to ten seconds for one. */
    public Request next() throws InterruptedException {
        Request request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    /** The number of requests not yet taken by {@link #next}. */
    public int pending() {
        return requests.size();
    }

    /** The number of connections made so far. */
    public int connections() {
        return accepted.get();
    }

    private void accept() throws IOException {
        while (true) {
            SocketChannel connection = server.accept();
            connections.add(connection);
            accepted.incrementAndGet();
            run(() -> serve(connection));
        }
    }

    private void serve(SocketChannel connection) throws IOException {
        try (connection) {
            InputStream in = Channels.newInputStream(connection);
            OutputStream out = Channels.newOutputStream(connection);
            boolean open = true;
            while (open) {
                Request request = read(in);
                requests.add(request);
                open = script.answer(request, out);
            }
        }
    }

    private static Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            head.append(readOne(in));
        }
        Request request = new Request(head.toString(), "");
        StringBuilder body = new StringBuilder();
        if (request.headers("Transfer-Encoding").contains("chunked")) {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                body.append(readText(in, size));
                readText(in, 2);
            }
            readText(in, 2);
        } else if (!request.headers("Content-Length").isEmpty()) {
            body.append(readText(
                    in, Integer.parseInt(request.headers("Content-Length").get(0))));
        }
        return new Request(head.toString(), body.toString());
    }

    private static int chunkSize(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.indexOf("\r\n") < 0) {
            line.append(readOne(in));
        }
        return Integer.parseInt(line.toString().strip(), 16);
    }

    private static char readOne(InputStream in) throws IOException {
        return readText(in, 1).charAt(0);
    }

    private static String readText(InputStream in, int length) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        octets.write(in.readNBytes(length));
        if (octets.size() < length) {
            throw new IOException("the client left");
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void run(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The other side closed the connection, or the test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }
}
