package dev.vtsbasic.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.settings.AccessLogFormat;
import dev.vtsbasic.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class AccessLogTest {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    /**
     * Responds with the status in the path's first segment; a second segment {@code management} makes it a management
     * request.
     */
    private static final class Answers extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String[] path = request.getRequestURI().split("/");
            if (path.length > 2 && path[2].equals("management")) {
                RequestRecord.of(request).setKind(RequestKind.MANAGEMENT);
            }
            RequestRecord.of(request).addSent(5);
            response.setStatus(Integer.parseInt(path[1]));
            response.getOutputStream().print("hello");
        }
    }

    private void serve(AccessLogFormat format, double share, Clients clients) throws Exception {
        AccessLog log = AccessLog.start(format, share, lines::addAll);
        TrafficFilter filter = new TrafficFilter(List.of(), Optional.of(log));
        try (log;
                TestServer server = TestServer.start(context -> {
                    context.addFilter("traffic", filter)
                            .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
                    context.addServlet("answers", new Answers()).addMapping("/*");
                })) {
            clients.ask(server);
        }
    }

    @FunctionalInterface
    private interface Clients {
        void ask(TestServer server) throws Exception;
    }

    @Test
    void aLineInTheCombinedFormatIsAsOtherServersWriteIt() throws Exception {
        serve(
                AccessLogFormat.COMBINED,
                1,
                server -> server.request(
                        "GET /200/a%20b?secret=1",
                        "User-Agent: Browser/1 (a b)", "Referer: https://example.org/x?secret=2"));
        assertEquals(1, lines.size());
        String time = "[0-9]{2}/[A-Z][a-z]{2}/20[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2} \\+0000";
        assertTrue(
                lines.get(0)
                        .matches("127\\.0\\.0\\.1 - - \\[" + time + "\\] \"GET /200/a%20b HTTP/1\\.1\" 200 5"
                                + " \"https://example\\.org/x\" \"Browser/1 \\(a b\\)\""),
                lines.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "http://u:p@example.org/x?a,         http://example.org/x",
        "https://u@example.org,              https://example.org",
        "http://u:p@q@example.org/x@y,       http://example.org/x@y",
        "http://example.org/x@y,             http://example.org/x@y",
        "//u:p@example.org/x,                //example.org/x",
        "http://u:p@,                        http://",
        "android-app://u:p@example.org/x,    android-app://example.org/x",
    })
    void neitherUserNorPasswordOfARefererIsLogged(String referer, String logged) throws Exception {
        serve(AccessLogFormat.JSON, 1, server -> server.request("GET /200", "Referer: " + referer));
        assertEquals(logged, parse(lines.get(0)).getString("referer"));
    }

    @Test
    void aLineInJsonHasWhatIsKnown() throws Exception {
        serve(
                AccessLogFormat.JSON,
                1,
                server -> server.request(
                        "POST /404/x?secret=1",
                        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "User-Agent: Browser/1"));
        assertFalse(lines.get(0).contains("secret"), lines.get(0));
        JsonObject line = parse(lines.get(0));
        assertEquals("request", line.getString("event"));
        assertEquals("127.0.0.1", line.getString("client"));
        assertEquals("POST", line.getString("method"));
        assertEquals("/404/x", line.getString("path"));
        assertEquals("HTTP/1.1", line.getString("protocol"));
        assertEquals(404, line.getInt("status"));
        assertEquals(5, line.getInt("bytes"));
        assertEquals("proxied", line.getString("kind"));
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", line.getString("trace_id"));
        assertTrue(line.getString("request_id").matches("[0-9a-f]{32}"));
        assertEquals("Browser/1", line.getString("user_agent"));
        double first = line.getJsonNumber("first_byte_ms").doubleValue();
        double total = line.getJsonNumber("total_ms").doubleValue();
        assertTrue(first > 0 && first <= total, lines.get(0));
    }

    /** Tomcat accepts these characters in a header field, and some of them in a path. */
    @ParameterizedTest
    @CsvSource({"COMBINED", "JSON"})
    void noClientCanForgeALineOrAField(AccessLogFormat format) throws Exception {
        String hostile = "a\" \\ \", \"status\":200 \u0085\u009b31m \tb";
        serve(format, 1, server -> server.request("GET /200/\"}{|", "User-Agent: " + hostile, "Referer: " + hostile));
        assertEquals(1, lines.size());
        String line = lines.get(0);
        assertTrue(line.chars().noneMatch(c -> c < ' ' || c >= 0x7F && c <= 0x9F), line);
        if (format == AccessLogFormat.JSON) {
            assertEquals(hostile, parse(line).getString("user_agent"));
            assertEquals(hostile, parse(line).getString("referer"));
            assertEquals("/200/\"}{|", parse(line).getString("path"));
            assertEquals(200, parse(line).getInt("status"));
        } else {
            assertTrue(line.contains("] \"GET /200/\\\"}{| HTTP/1.1\" 200 5 \""), line);
            String escaped = "a\\\" \\\\ \\\", \\\"status\\\":200 \\x85\\x9b31m \\x09b";
            assertTrue(line.endsWith(" 200 5 \"" + escaped + "\" \"" + escaped + "\""), line);
        }
    }

    @Test
    void serverErrorsAreLoggedOutsideTheSample() throws Exception {
        serve(AccessLogFormat.COMBINED, 0, server -> {
            for (String status : List.of("200", "503", "404", "500")) {
                server.request("GET /" + status + "/");
            }
        });
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains(" 503 ") && lines.get(1).contains(" 500 "), lines.toString());
    }

    @Test
    void aRandomShareOfTheRequestsIsLogged() throws Exception {
        try (AccessLog log = AccessLog.start(AccessLogFormat.COMBINED, 0.25, lines::addAll)) {
            RequestRecord record = record();
            for (int i = 0; i < 10_000; i++) {
                log.add(record);
            }
        }
        assertTrue(lines.size() > 2000 && lines.size() < 3000, "taken: " + lines.size());
    }

    @Test
    void managementRequestsAreNotLogged() throws Exception {
        serve(AccessLogFormat.COMBINED, 1, server -> {
            server.request("GET /200/management");
            server.request("GET /500/management");
            server.request("GET /200/");
        });
        assertEquals(1, lines.size(), lines.toString());
    }

    @Test
    void aRequestDoesNotWaitForASlowLogReader() throws Exception {
        RequestRecord record = record();
        CountDownLatch reading = new CountDownLatch(1);
        int all = 40_000;
        try (AccessLog log = AccessLog.start(AccessLogFormat.COMBINED, 1, some -> {
            try {
                reading.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            lines.addAll(some);
        })) {
            for (int i = 0; i < all; i++) {
                log.add(record);
            }
            assertEquals(0, lines.size());
            reading.countDown();
            while (lines.size() < 16 * 1024) {
                Thread.onSpinWait();
            }
        }
        assertTrue(lines.size() >= 16 * 1024 && lines.size() < all, "written: " + lines.size());
    }

    /** Returns the record of a request that has ended. */
    private RequestRecord record() throws Exception {
        List<RequestRecord> ended = new ArrayList<>();
        Traffic traffic = new Traffic(ended::add);
        HttpServlet servlet = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                RequestRecord record = RequestRecord.begin(traffic, request, List.of());
                record.keepLine(request);
                record.end(response, false);
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("one", servlet).addMapping("/*"))) {
            server.request("GET /");
        }
        return ended.get(0);
    }

    private static JsonObject parse(String line) {
        return Json.createReader(new StringReader(line)).readObject();
    }
}
