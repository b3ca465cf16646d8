package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.UncountedLease;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that the app sends before it has read the request. */
class EarlyResponseTest extends ProxyScene {
    @TempDir
    private Path directory;

    /** RFC 9112 §9.5: sending the rest of the request mostly fails then, although the response has arrived. */
    @ParameterizedTest
    @CsvSource({"7000, 0", "0, 10000", "0, 300000"})
    void aResponseSentBeforeTheRequestWasReadIsPassedOn(int field, int body) throws Exception {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel early =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket))) {
            Thread answering = new Thread(() -> {
                try {
                    while (true) {
                        try (SocketChannel connection = early.accept()) {
                            connection.write(ByteBuffer.wrap(octets(
                                    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\nlong")));
                        }
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            answering.start();
            Worker worker = new Worker("worker-1", UnixDomainSocketAddress.of(socket));
            app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT);
            startWith((avoid, deadline) -> Optional.of(new UncountedLease(worker)));
            Map<String, Integer> responses = new HashMap<>();
            int count = LongSet.count(200, 3000);
            for (int i = 0; i < count; i++) {
                RawResponse response = body == 0
                        ? server.request("GET /", "X-Long: " + "v".repeat(field))
                        : server.requestWithBody("POST /", "b".repeat(body));
                responses.merge(response.status() + " " + response.body(), 1, Integer::sum);
            }
            assertEquals(Map.of("431 long", count), responses);
        }
    }

    @Test
    @SuppressWarnings("try") // The client leaves before the end of the response.
    void aResponseWithinALargeBodyDoesNotWaitForTheEndOfTheBody() throws Exception {
        try (ServerSocket worker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            startWith((avoid, deadline) ->
                    Optional.of(new UncountedLease(new Worker("worker-1", worker.getLocalSocketAddress()))));
            app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT);
            try (RawClient client = new RawClient(server.port())) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
                BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();
                CompletableFuture.runAsync(() -> assertThrows(IOException.class, () -> {
                    for (int i = 0; ; i++) {
                        client.send("x".repeat(1 << 16));
                        sent.add(i);
                    }
                }));
                try (Socket connection = worker.accept()) {
                    // The worker reads nothing, so that the proxy's sending thread soon waits.
                    while (sent.poll(1, TimeUnit.SECONDS) != null) {}
                    OutputStream out = connection.getOutputStream();
                    out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
                    for (int i = 0; i < 3; i++) {
                        out.write(octets("4000\r\n" + "a".repeat(0x4000 - 3) + "<" + i + ">\r\n"));
                        client.readUntil("<" + i + ">");
                    }
                    client.close();
                    // The proxy cuts the worker's connection, because the client has left.
                    assertTimeoutPreemptively(
                            Duration.ofSeconds(10),
                            () -> assertThrows(IOException.class, () -> {
                                while (true) {
                                    out.write(octets("4000\r\n" + "a".repeat(0x4000) + "\r\n"));
                                }
                            }));
                }
            }
        }
    }
}
