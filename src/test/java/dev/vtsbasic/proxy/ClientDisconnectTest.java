package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The check for disconnected clients: it cuts their requests and does not affect other clients. */
class ClientDisconnectTest extends ProxyScene {
    @Test
    void theWorkersConnectionIsCutWhenTheClientLeaves() throws Exception {
        CompletableFuture<IOException> told = new CompletableFuture<>();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
            try {
                while (true) {
                    out.write(octets("1000\r\n" + "x".repeat(0x1000) + "\r\n"));
                }
            } catch (IOException e) {
                told.complete(e);
                return false;
            }
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("xxx");
        }
        told.get(60, TimeUnit.SECONDS);
    }

    static Stream<Arguments> requestsBeforeAnother() {
        return Stream.of(
                        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + "h".repeat(20000),
                        "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n")
                .flatMap(request -> Stream.of(true, false).map(atOnce -> Arguments.of(request, atOnce)));
    }

    /** RFC 9112 §9.3.2: the check whether the client has left must not lose a pipelined request. */
    @ParameterizedTest
    @MethodSource("requestsBeforeAnother")
    void aPipelinedRequestIsAnsweredAfterTheFirst(String request, boolean atOnce) throws Exception {
        CompletableFuture<Void> looked = new CompletableFuture<>();
        start(ScriptedUpstream.onTcp((asked, out) -> {
            if (asked.target().equals("/slow")) {
                looked.join();
            }
            out.write(octets(ok("<" + asked.target() + ">")));
            return true;
        }));
        String next = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        try (RawClient client = new RawClient(server.port())) {
            client.send(atOnce ? request + next : request);
            app.next();
            if (!atOnce) {
                client.send(next);
            }
            // The watchdog checks clients twice a second.
            looked.completeOnTimeout(null, 700, TimeUnit.MILLISECONDS);
            String responses = client.readRest();
            assertTrue(responses.matches("(?s)HTTP/1.1 200 .*</slow>HTTP/1.1 200 .*</next>"), responses);
        }
        assertEquals("GET /next HTTP/1.1", app.next().line());
    }
}
