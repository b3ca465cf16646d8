package dev.vtsbasic.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.TestSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that Tomcat begins to send after the server has stopped accepting requests. */
@Timeout(120)
@Tag("java")
class StopTest {
    /** Larger than the socket buffers of both sides together. */
    private static final int LENGTH = 32 << 20;

    @TempDir
    private Path directory;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);

    private final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            asked.countDown();
            try {
                assertTrue(stopping.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            response.setContentLength(LENGTH);
            request.setAttribute(
                    "org.apache.tomcat.sendfile.filename",
                    directory.resolve("large").toString());
            request.setAttribute("org.apache.tomcat.sendfile.start", 0L);
            request.setAttribute("org.apache.tomcat.sendfile.end", (long) LENGTH);
        }
    }

    private EmbeddedServer start(String headerTimeout) throws Exception {
        Files.write(directory.resolve("large"), new byte[LENGTH]);
        return EmbeddedServer.start(
                TestSettings.of("vts.header-timeout", headerTimeout),
                context -> context.addServlet("app", new App()).addMapping("/*"),
                () -> {});
    }

    private void askAndStop(EmbeddedServer server, RawClient client) throws Exception {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(asked.await(30, TimeUnit.SECONDS));
        server.stopAccepting();
        stopping.countDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"15s", "0s"})
    void aFileIsSentToItsEndAfterTheServerStopsAccepting(String headerTimeout) throws Exception {
        try (EmbeddedServer server = start(headerTimeout);
                RawClient client = new RawClient(server.port())) {
            askAndStop(server, client);
            assertEquals(1, server.awaitFiles(Duration.ofMillis(100)));
            client.readUntil("\r\n\r\n");
            client.read(LENGTH);
            assertEquals(0, server.awaitFiles(Duration.ofSeconds(30)));
        }
    }

    @Test
    void aFileIsNotAwaitedAfterItsClientHasDisconnected() throws Exception {
        try (EmbeddedServer server = start("15s")) {
            try (RawClient client = new RawClient(server.port())) {
                askAndStop(server, client);
                client.readUntil("\r\n\r\n");
            }
            assertEquals(0, server.awaitFiles(Duration.ofSeconds(30)));
        }
    }
}
