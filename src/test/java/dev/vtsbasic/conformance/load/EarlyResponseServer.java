package dev.vtsbasic.conformance.load;

import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that responds as soon as it has read the head of a request. */
final class EarlyResponseServer implements AutoCloseable {
    static final String DATE = "Mon, 01 Jan 2024 00:00:00 GMT";

    private final ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();

    EarlyResponseServer() throws IOException {
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    Socket connection = server.accept();
                    threads.execute(() -> serve(connection));
                } catch (IOException e) {
                    // The server was closed.
                }
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int octet = in.read();
                if (octet < 0) {
                    return;
                }
                head.append((char) octet);
            }
            String target = head.substring(0, head.indexOf("\r\n")).split(" ")[1];
            byte[] buffer = new byte[16 * 1024];
            if (target.equals("/echo")) {
                out.write(Wire.latin1("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
                // Echo the request's chunk framing as the response's.
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    out.write(buffer, 0, count);
                }
            } else if (target.equals("/triple")) {
                triple(in, out, head);
            } else {
                int n = Integer.parseInt(target.substring(target.indexOf('?') + 1));
                out.write(Wire.latin1("HTTP/1.1 200 OK\r\nX-Token: " + n + "\r\nDate: " + DATE + "\r\nContent-Length: "
                        + body(n).length() + "\r\n\r\n" + body(n)));
                while (in.read(buffer) >= 0) {
                    // Discard the body.
                }
            }
        } catch (IOException e) {
            // The proxy has cut the connection.
        }
    }

    private void triple(InputStream in, OutputStream out, StringBuilder head) throws IOException {
        int start = head.indexOf("Content-Length: ") + 16;
        int length = Integer.parseInt(head.substring(start, head.indexOf("\r\n", start)));
        AtomicInteger read = new AtomicInteger();
        threads.execute(() -> {
            try {
                byte[] buffer = new byte[16 * 1024];
                for (int count = in.read(buffer); read.get() < length; count = in.read(buffer)) {
                    read.addAndGet(count < 0 ? length : count);
                }
            } catch (IOException e) {
                read.set(length);
            }
        });
        out.write(Wire.latin1("HTTP/1.1 200 OK\r\nContent-Length: " + 3L * length + "\r\n\r\n"));
        byte[] piece = Wire.latin1("t".repeat(64 * 1024));
        for (int sent = 0; sent < 3 * length; sent += piece.length) {
            out.write(piece);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }

    /** The body of response {@code n}. No two bodies share a line. */
    static String body(int n) {
        return ("response " + n + " ").repeat(1 + n * 7919 % 4000);
    }
}
