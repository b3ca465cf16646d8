package dev.vtsbasic.conformance.harness;

import dev.vtsbasic.testing.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The port behind the proxies. It queues accepted connections for {@link #next}. */
public final class Upstream implements AutoCloseable {
    /** More connections than any case opens at once. */
    private static final int BACKLOG = 2000;

    private final BlockingQueue<Wire> arrived = new LinkedBlockingQueue<>();
    private final List<Wire> all = new CopyOnWriteArrayList<>();
    private final int port;
    private ServerSocket listener;
    private Thread acceptor;

    public Upstream() throws IOException {
        // A port that no other program uses, because the listener closes it and binds it again.
        port = Ports.free();
        listener = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
        acceptor = acceptFrom(listener);
    }

    public int port() {
        return port;
    }

    private Thread acceptFrom(ServerSocket server) {
        Thread thread = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        try {
                            @SuppressWarnings("resource") // Closed by forgetAll.
                            Socket socket = server.accept();
                            Wire wire = new Wire(socket);
                            all.add(wire);
                            arrived.add(wire);
                        } catch (IOException e) {
                            // The listener was closed, or the connection ended before it was accepted.
                        }
                    }
                },
                "upstream");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Returns the next connection that the proxy opens, or null when it opens none within {@code patience}. */
    public Wire next(Duration patience) throws InterruptedException {
        return arrived.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Refuses connections from now on. */
    public void stopListening() throws IOException, InterruptedException {
        listener.close();
        // Wait, because until it ends the acceptor may accept one more connection.
        acceptor.join();
    }

    public void listenAgain() throws IOException {
        if (listener.isClosed()) {
            listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
            acceptor = acceptFrom(listener);
        }
    }

    /** Closes all connections. */
    public void forgetAll() {
        all.forEach(Wire::close);
        all.clear();
        arrived.clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        forgetAll();
    }
}
