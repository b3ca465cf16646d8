package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of a response on its way from the app to a client of the embedded server. */
class ResponseHeadTest extends ProxyScene {
    private static String responseWith(String fields) {
        return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 4\r\n\r\nbody";
    }

    /** Values of {@code count} fields of the same name. */
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
        start(closing(responseWith("Link: " + value + "\r\n")));
        RawResponse response = server.request("GET /");
        assertEquals(200, response.status());
        assertEquals(List.of(value), response.headers("Link"));
        assertEquals("body", response.body());
    }

    @Test
    void aSmallHeadAfterALargeOneOnTheSameConnectionPassesUnchanged() throws Exception {
        String value = "v".repeat(60_000);
        start(keeping(responseWith("Link: " + value + "\r\n"), responseWith("X-Small: 1\r\n")));
        String both = server.send(
                        "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .text();
        RawResponse second = new RawResponse(both.substring(both.lastIndexOf("HTTP/1.1 200")));
        assertEquals(List.of(value), new RawResponse(both).headers("Link"));
        assertEquals(List.of("1"), second.headers("X-Small"));
        assertEquals(List.of(), second.headers("Link"));
        assertEquals("body", second.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 499})
    void aHeadOfUpTo500FieldsPassesUnchanged(int count) throws Exception {
        start(closing(responseWith(fields(cookies(count)))));
        RawResponse response = server.request("GET /");
        assertEquals(200, response.status());
        assertEquals(cookies(count), response.headers("Set-Cookie"));
        assertEquals("body", response.body());
    }

    @Test
    void aHeadOfMoreThan500FieldsIsABadGatewayAndIsNotAskedForAgain() throws Exception {
        start(keeping(responseWith(""), responseWith(fields(cookies(501)))));
        assertRefused("500 fields");
    }

    @Test
    void aFieldOfMoreThan64KibIsABadGatewayAndIsNotAskedForAgain() throws Exception {
        start(keeping(responseWith(""), responseWith("Link: " + "v".repeat(66_000) + "\r\n")));
        assertRefused("64 KiB");
    }

    @Test
    void aHeadOfManyFieldsOfMoreThan64KibIsABadGatewayAndIsNotAskedForAgain() throws Exception {
        start(keeping(responseWith(""), responseWith(("X-Field: " + "v".repeat(1000) + "\r\n").repeat(70))));
        assertRefused("64 KiB");
    }

    /**
     * Requests the refused response on a reused connection, on which the proxy would retry the request after another
     * failure.
     */
    private void assertRefused(String limit) throws Exception {
        String line = awaitLogLine(Level.WARNING, "GET /large", () -> {
            assertEquals(200, server.request("GET /small").status());
            RawResponse response = server.request("GET /large", "Accept: text/plain");
            assertEquals(502, response.status());
            assertTrue(response.body().contains("response is too large"), response.body());
        });
        assertTrue(line.contains(limit), line);
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
    void anErrorOfTheAppLeavesTheConnectionOpen(int status) throws Exception {
        String head = "HTTP/1.1 " + status + "\r\n";
        start(keeping(
                head + "Content-Length: 4\r\n\r\nfail",
                head + "Transfer-Encoding: chunked\r\n\r\n4\r\nfail\r\n0\r\n\r\n",
                responseWith("")));
        String all = server.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                        + "GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .text();
        int second = all.indexOf("HTTP/1.1", 1);
        int third = all.lastIndexOf("HTTP/1.1");
        assertTrue(all.startsWith("HTTP/1.1 " + status + " "), all);
        assertTrue(all.startsWith("fail", second - 4), all);
        assertTrue(all.startsWith("HTTP/1.1 " + status + " ", second), all);
        assertEquals("fail", new RawResponse(all.substring(second, third)).body());
        assertFalse(all.substring(0, third).contains("Connection:"), all);
        assertEquals("body", new RawResponse(all.substring(third)).body());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void earlyHintsReachTheClientBeforeTheResponseAndAddNothingToIt(boolean withBody) throws Exception {
        CountDownLatch hinted = new CountDownLatch(1);
        start((request, out) -> {
            String hints =
                    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n";
            out.write(hints.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            awaitDown(hinted);
            out.write(responseWith("X-Mine: 1\r\n").getBytes(StandardCharsets.ISO_8859_1));
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
            RawResponse response = client.readToEnd();
            assertEquals(200, response.status());
            assertEquals(List.of("1"), response.headers("X-Mine"));
            assertEquals(List.of(), response.headers("Link"));
            assertEquals("body", response.body());
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
    void earlyHintsReachNoClientOfHttp10() throws Exception {
        start(closing("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + responseWith("")));
        RawResponse response = server.send("GET / HTTP/1.0\r\n\r\n");
        assertEquals(200, response.status());
        assertEquals(List.of(), response.headers("Link"));
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
    void theContentTypePassesUnchanged(String type) throws Exception {
        start(closing(responseWith("Content-Type: " + type + "\r\n")));
        RawResponse response = server.request("GET /");
        assertEquals(List.of(type), response.headers("Content-Type"));
        assertEquals("body", response.body());
    }

    @ParameterizedTest
    @CsvSource({"GET /a%00b,400", "GET a,400", "GET /WEB-INF/web.xml,404", "PUT /,417"})
    void aRequestThatTheServerRefusesGetsPlainTextWithoutTheServersName(String request, int status) throws Exception {
        start(closing(responseWith("")));
        RawResponse response = server.request(request, status == 417 ? "Expect: nothing" : "X: y");
        assertEquals(status, response.status());
        assertEquals("text/plain; charset=utf-8", response.header("Content-Type"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertTrue(response.body().startsWith(status + " "), response.body());
        assertFalse(response.text().contains("<"), response.text());
        assertFalse(response.text().toLowerCase(Locale.ROOT).contains("tomcat"), response.text());
    }
}
