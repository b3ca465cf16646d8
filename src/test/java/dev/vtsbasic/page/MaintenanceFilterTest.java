package dev.vtsbasic.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceFilterTest {
    @TempDir
    private Path directory;

    /** Near the end of its range, because {@link System#nanoTime} may begin there and overflow. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

    private Path file;
    private TestServer server;
    private Traffic traffic;

    @BeforeEach
    void start() throws Exception {
        file = directory.resolve("maintenance");
        MaintenanceFilter filter = new MaintenanceFilter(file, new Pages(SecurityHeaders.off()), nanos::get);
        TrafficFilter noting = new TrafficFilter(List.of(), Optional.empty());
        traffic = noting.traffic();
        server = TestServer.start(context -> {
            context.addFilter("traffic", noting)
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            context.addServlet("proxy", new App()).addMapping("/*");
            context.addFilter("maintenance", filter)
                    .addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "proxy");
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(204);
        }
    }

    private int status() throws Exception {
        return server.request("GET /").status();
    }

    private void passSecond() {
        nanos.addAndGet(MaintenanceFilter.CHECK_INTERVAL_NANOS);
    }

    @Test
    void noRequestReachesTheAppWhileTheFileExists() throws Exception {
        assertEquals(204, status());
        Files.createFile(file);
        passSecond();
        RawResponse answer = server.request("GET /", "Accept: text/html");
        assertEquals(503, answer.status());
        assertEquals("60", answer.header("Retry-After"));
        assertTrue(answer.body().contains(Page.MAINTENANCE.sentence()), answer.body());
        assertTrue(answer.body().contains("Request " + answer.header("X-Request-Id")), answer.text());
        assertEquals(503, server.requestWithBody("POST /", "hello").status());
        assertEquals(2, traffic.shed(ShedReason.MAINTENANCE));
        assertEquals(
                503,
                server.request("GET /", "Connection: Upgrade", "Upgrade: WebSocket")
                        .status());
        assertEquals(1, traffic.requests(RequestKind.TUNNEL, Method.GET, StatusClass.SERVER_ERROR));
        assertEquals(1, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SERVER_ERROR));
        Files.delete(file);
        passSecond();
        assertEquals(204, status());
    }

    @Test
    void theFileIsCheckedOnceASecond() throws Exception {
        passSecond();
        assertEquals(204, status());
        Files.createFile(file);
        nanos.addAndGet(MaintenanceFilter.CHECK_INTERVAL_NANOS - 1);
        assertEquals(204, status());
        nanos.incrementAndGet();
        assertEquals(503, status());
    }

    @Test
    void theTextOfTheFileIsEscaped() throws Exception {
        Files.writeString(file, "Back at <b>ten</b> & \"sooner\"\r\n\0— if all goes well\n");
        passSecond();
        String body = server.request("GET /", "Accept: text/html").body();
        assertTrue(
                new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                        .contains("Back at &lt;b&gt;ten&lt;/b&gt; &amp; &quot;sooner&quot;   — if all goes well</p>"),
                body);
    }

    @Test
    void aLongTextIsCut() throws Exception {
        Files.writeString(file, "x".repeat(MaintenanceFilter.MAX_BYTES - 1) + "ü".repeat(1 << 20));
        passSecond();
        String body = server.request("GET /", "Accept: text/plain").body();
        assertEquals(
                "503 Maintenance\n\n" + "x".repeat(MaintenanceFilter.MAX_BYTES - 1) + "\n",
                body.substring(0, body.indexOf("\nRequest ")),
                "length " + body.length());
        assertFalse(body.contains("ü"));
    }

    @Test
    void aDirectoryBeginsMaintenanceToo() throws Exception {
        Files.createDirectory(file);
        passSecond();
        assertEquals(503, status());
    }
}
