package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The proxy's own responses when the app cannot respond. */
class ErrorPageTest extends ProxyScene {
    @Test
    void aRequestWithoutAWorkerGetsAPageWithRetryAfter() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith((avoid, deadline) -> Optional.empty());
        RawResponse response = server.request("GET /", "Accept: text/html,*/*");
        assertEquals(503, response.status());
        assertEquals("5", response.header("Retry-After"));
        assertPage(response);
    }

    @Test
    void aBadGatewayIsHtmlOrJsonAsTheClientAccepts() throws Exception {
        start(closing(""));
        RawResponse html = server.request("GET /", "Accept: text/html,application/json;q=0.9");
        assertEquals(502, html.status());
        assertPage(html);
        assertPage(server.request("GET /"));
        RawResponse json = server.request("GET /", "Accept: application/json");
        assertEquals("application/problem+json", json.header("Content-Type"));
        assertEquals(
                "{\"title\":\"Bad Gateway\",\"status\":502,\"detail\":\"The application closed the connection before it responded."
                        + " Please try again.\",\"requestId\":\"" + json.header("X-Request-Id") + "\"}",
                json.body());
        assertNull(json.header("Retry-After"));
    }

    @Test
    void aHeadRequestGetsAnErrorWithoutItsBody() throws Exception {
        start(closing(""));
        RawResponse response = server.request("HEAD /");
        assertEquals(502, response.status());
        assertEquals("", response.body());
    }

    @Test
    void anErrorPageHasNoFieldsOfTheBrokenResponse() throws Exception {
        start(closing(
                "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-Own: 1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"));
        RawResponse response = server.request("POST /");
        assertEquals(502, response.status());
        assertNull(response.header("Set-Cookie"));
        assertNull(response.header("X-Own"));
        assertPage(response);
    }

    /** A pool without a worker, which still has the last worker's output. */
    private static final class CrashingApp implements WorkerPool {
        static final String OUTPUT = "Error: no <database>";

        @Override
        public Optional<WorkerLease> lease(Worker avoid, long deadline) {
            return Optional.empty();
        }

        @Override
        public Optional<String> trouble() {
            return Optional.of(OUTPUT);
        }

        @Override
        public boolean isStarting() {
            return true;
        }
    }

    @Test
    void aRequestDuringTheStartGetsAPageThatRefreshes() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith(new CrashingApp());
        RawResponse page = server.request("GET /", "Accept: text/html", "Sec-Fetch-Dest: document");
        assertEquals(503, page.status());
        assertEquals("5", page.header("Retry-After"));
        assertEquals("5", page.header("Refresh"));
        assertTrue(page.body().contains("The application is starting."), page.body());
        assertNull(server.request("GET /", "Accept: application/json").header("Refresh"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET / HTTP/1.1 | Host: localhost:3000                                | true
                    GET / HTTP/1.1 | Host: 127.0.0.1                                     | true
                    GET / HTTP/1.1 | Host: [::1]:3000                                    | true
                    GET / HTTP/1.1 | Host: example.org                                   | false
                    GET / HTTP/1.1 | Host: localhost.example.org                         | false
                    GET / HTTP/1.0 | Host: localhost                                     | false
                    GET / HTTP/1.1 | Host: localhost, X-Forwarded-For: 192.0.2.1         | false
                    GET / HTTP/1.1 | Host: localhost, x-forwarded-host: a                | false
                    GET / HTTP/1.1 | Host: localhost, Forwarded: for=192.0.2.1           | false
                    GET / HTTP/1.1 | Host: localhost, X-Real-IP: 192.0.2.1               | false
                    GET / HTTP/1.1 | Host: localhost, Via: 1.1 front                     | false
                    """)
    void onlyABrowserOnThisMachineSeesTheWorkersOutput(String line, String headers, boolean shown) throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith(new CrashingApp());
        RawResponse response = server.send(
                line + "\r\n" + headers.replace(", ", "\r\n") + "\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        assertEquals(503, response.status());
        assertEquals(shown, response.body().contains("Error: no &lt;database&gt;"), response.body());
        assertEquals(shown, response.body().contains("database"), response.body());
    }
}
