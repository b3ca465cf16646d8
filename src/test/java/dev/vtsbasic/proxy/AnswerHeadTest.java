package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.ScriptedUpstream.Script;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of an answer on its way from an app to a client of the embedded server. */
@Timeout(120)
@Tag("java")
class AnswerHeadTest {
    private ScriptedUpstream app;
    private TestServer server;
    private ProxyServlet proxy;

    @AfterEach
    void stop() throws Exception {
        app.close();
        server.close();
        proxy.close();
    }

    private void start(Script script) throws Exception {
        app = ScriptedUpstream.onTcp(script);
        Worker worker = new Worker("worker-1", app.address());
        Settings settings = TestSettings.of();
        proxy = new ProxyServlet(
                (avoid, deadline) -> Optional.of(new UncountedLease(worker)),
                settings.proxy(),
                "",
                new Pages(SecurityHeaders.off()),
                new InFlightRequests());
        server = TestServer.start(context -> {
            ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
            servlet.setAsyncSupported(true);
            servlet.addMapping("/*");
        });
    }

    private static String answer(String fields) {
        return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 4\r\n\r\nbody";
    }

    /** As many fields as an answer of the app may have, beside its Content-Length. */
    private static List<String> cookies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "c" + i + "=v").toList();
    }

    private static String fields(List<String> cookies) {
        StringBuilder fields = new StringBuilder();
        cookies.forEach(cookie -> fields.append("Set-Cookie: ").append(cookie).append("\r\n"));
        return fields.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 8_192, 20_000, 40_000, 65_000})
    void aHeadOfUpTo64KibPassesUnchanged(int length) throws Exception {
        String value = "v".repeat(length);
        start(closing(answer("Link: " + value + "\r\n")));
        RawAnswer answer = server.request("GET /");
        assertEquals(200, answer.status());
        assertEquals(List.of(value), answer.headers("Link"));
        assertEquals("body", answer.body());
    }

    @Test
    void aSmallHeadAfterALargeOneOnTheSameConnectionPassesUnchanged() throws Exception {
        String value = "v".repeat(60_000);
        start(keeping(answer("Link: " + value + "\r\n"), answer("X-Small: 1\r\n")));
        String both = server.send(
                        "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .text();
        RawAnswer second = new RawAnswer(both.substring(both.lastIndexOf("HTTP/1.1 200")));
        assertEquals(List.of(value), new RawAnswer(both).headers("Link"));
        assertEquals(List.of("1"), second.headers("X-Small"));
        assertEquals(List.of(), second.headers("Link"));
        assertEquals("body", second.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 499})
    void aHeadOfUpTo500FieldsPassesUnchanged(int count) throws Exception {
        start(closing(answer(fields(cookies(count)))));
        RawAnswer answer = server.request("GET /");
        assertEquals(200, answer.status());
        assertEquals(cookies(count), answer.headers("Set-Cookie"));
        assertEquals("body", answer.body());
    }

    @Test
    void aHeadOfMoreThan500FieldsIsABadGatewayThatSaysSoAndIsAskedForOnce() throws Exception {
        start(keeping(answer(""), answer(fields(cookies(501)))));
        assertRefused("500 fields");
    }

    @Test
    void aHeadOfMoreThan64KibIsABadGatewayThatSaysSoAndIsAskedForOnce() throws Exception {
        start(keeping(answer(""), answer("Link: " + "v".repeat(66_000) + "\r\n")));
        assertRefused("64 KiB");
    }

    @Test
    void aHeadOfManyFieldsOfMoreThan64KibIsABadGatewayThatSaysSo() throws Exception {
        start(keeping(answer(""), answer(("X-Field: " + "v".repeat(1000) + "\r\n").repeat(70))));
        assertRefused("64 KiB");
    }

    /** The second answer comes on a connection that was used before, on which another failure would be tried again. */
    private void assertRefused(String limit) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger("dev.vtsbasic.proxy.exchange.Exchange");
        log.setLevel(Level.WARNING);
        log.addHandler(handler);
        try {
            assertEquals(200, server.request("GET /small").status());
            RawAnswer answer = server.request("GET /large", "Accept: text/plain");
            assertEquals(502, answer.status());
            assertTrue(answer.body().contains("answer") && answer.body().contains("too large"), answer.body());
            String line = lines.poll(60, TimeUnit.SECONDS);
            // Classes that run beside this one log there too.
            while (!line.contains("GET /large")) {
                line = lines.poll(60, TimeUnit.SECONDS);
            }
            assertTrue(line.contains(limit), line);
        } finally {
            log.removeHandler(handler);
            log.setLevel(null);
        }
        assertEquals("/small", app.next().target());
        assertEquals("/large", app.next().target());
        assertEquals(0, app.pending());
    }

    @ParameterizedTest
    @CsvSource({
        "200,OK",
        "201,Created",
        "206,Partial Content",
        "301,Moved Permanently",
        "303,See Other",
        "400,Bad Request",
        "404,Not Found",
        "418,''",
        "422,Unprocessable Content",
        "429,Too Many Requests",
        "500,Internal Server Error",
        "503,Service Unavailable",
        "599,''"
    })
    void theStatusIsSentWithItsStandardPhrase(int status, String phrase) throws Exception {
        start(closing("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"));
        String text = server.request("GET /").text();
        assertEquals("HTTP/1.1 " + status + " " + phrase, text.substring(0, text.indexOf("\r\n")));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 408, 411, 413, 414, 500, 501, 503})
    void anErrorOfTheAppDoesNotCostTheConnection(int status) throws Exception {
        String head = "HTTP/1.1 " + status + "\r\n";
        start(keeping(
                head + "Content-Length: 4\r\n\r\nfail",
                head + "Transfer-Encoding: chunked\r\n\r\n4\r\nfail\r\n0\r\n\r\n",
                answer("")));
        String all = server.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                        + "GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .text();
        int second = all.indexOf("HTTP/1.1", 1);
        int third = all.lastIndexOf("HTTP/1.1");
        assertTrue(all.startsWith("HTTP/1.1 " + status + " "), all);
        assertTrue(all.startsWith("fail", second - 4), all);
        assertTrue(all.startsWith("HTTP/1.1 " + status + " ", second), all);
        assertEquals("fail", new RawAnswer(all.substring(second, third)).body());
        assertFalse(all.substring(0, third).contains("Connection:"), all);
        assertEquals("body", new RawAnswer(all.substring(third)).body());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hintsOfTheAppReachTheClientBeforeTheAnswerAndLeaveNothingInIt(boolean withBody) throws Exception {
        CountDownLatch hinted = new CountDownLatch(1);
        start((request, out) -> {
            String hints =
                    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n";
            out.write(hints.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            awaitDown(hinted);
            out.write(answer("X-Mine: 1\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return false;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send(
                    withBody
                            ? "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
                            : "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertEquals(
                    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", client.readUntil("\r\n\r\n"));
            hinted.countDown();
            RawAnswer answer = client.readToEnd();
            assertEquals(200, answer.status());
            assertEquals(List.of("1"), answer.headers("X-Mine"));
            assertEquals(List.of(), answer.headers("Link"));
            assertEquals("body", answer.body());
        }
    }

    private static void awaitDown(CountDownLatch latch) throws IOException {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void hintsOfTheAppReachNoClientOfHttp10() throws Exception {
        start(closing("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + answer("")));
        RawAnswer answer = server.send("GET / HTTP/1.0\r\n\r\n");
        assertEquals(200, answer.status());
        assertEquals(List.of(), answer.headers("Link"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/xml; charset=utf-8",
                "text/html;charset=UTF-8",
                "text/html; charset=\"utf-8\"",
                "multipart/mixed; boundary=\"a b\"; x=1",
                "multipart/form-data; boundary=\"a b\"; charset=utf-8; x=1",
                "text/plain; charset=utf-8;",
                "text/plain; charset=nothing-known",
                "Text/HTML;  Charset=ISO-8859-1",
                "nonsense",
                "text/x; =",
            })
    void theContentTypeArrivesAsItWasSent(String type) throws Exception {
        start(closing(answer("Content-Type: " + type + "\r\n")));
        RawAnswer answer = server.request("GET /");
        assertEquals(List.of(type), answer.headers("Content-Type"));
        assertEquals("body", answer.body());
    }

    @ParameterizedTest
    @CsvSource({"GET /a%00b,400", "GET a,400", "GET /WEB-INF/web.xml,404", "PUT /,417"})
    void whatTheServerRefusesItselfIsAnsweredInPlainTextWithoutItsName(String request, int status) throws Exception {
        start(closing(answer("")));
        RawAnswer answer = server.request(request, status == 417 ? "Expect: nothing" : "X: y");
        assertEquals(status, answer.status());
        assertEquals("text/plain; charset=utf-8", answer.header("Content-Type"));
        assertEquals("no-store", answer.header("Cache-Control"));
        assertTrue(answer.body().startsWith(status + " "), answer.body());
        assertFalse(answer.text().contains("<"), answer.text());
        assertFalse(answer.text().toLowerCase(Locale.ROOT).contains("tomcat"), answer.text());
    }
}
