package dev.vtsbasic.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.TestSettings;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A port whose heap budget has no room for a request. */
@Timeout(60)
@Tag("java")
class HeapAdmissionTest {
    private final Tomcat tomcat = new Tomcat();
    private final AtomicInteger refused = new AtomicInteger();

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        Connector connector = new ConnectorFactory(TestSettings.of("vts.hold-timeout", "1s"), refused::incrementAndGet)
                .create(new HeapBudget(0), "127.0.0.1", 0);
        tomcat.setBaseDir(directory.toString());
        tomcat.setConnector(connector);
        tomcat.addContext("", directory.toString());
        tomcat.start();
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void aRequestForWhichThereIsNoRoomGets503() throws Exception {
        try (RawClient client = new RawClient(tomcat.getConnector().getLocalPort())) {
            String response = client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("\r\n\r\n");
            assertTrue(response.startsWith("HTTP/1.1 503 "), response);
            assertEquals(1, refused.get());
        }
    }

    @Test
    void anHttp2ConnectionForWhichThereIsNoRoomEndsWithoutAResponse() throws Exception {
        try (RawClient client = new RawClient(tomcat.getConnector().getLocalPort())) {
            assertEquals("", client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").readRest());
            assertEquals(1, refused.get());
        }
    }
}
