package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The counts of proxied requests in the metrics. */
class ProxyTrafficTest extends ProxyScene {
    @Test
    void aResponseThatIsNotHttpIsCountedAsAnUpstreamError() throws Exception {
        start(closing("HTTP/1.1 two hundred\r\n\r\n"));
        assertEquals(502, server.request("GET /a").status());
        assertEquals(1, traffic.upstreamErrors(UpstreamError.NOT_HTTP));
        assertEquals(1, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SERVER_ERROR));
    }

    @Test
    void aRequestWithoutAWorkerIsCountedAsAnUpstreamError() throws Exception {
        app = ScriptedUpstream.onTcp(closing(""));
        startWith((avoid, deadline) -> Optional.empty());
        RawResponse response = server.request("GET /a");
        assertEquals(503, response.status());
        assertEquals(1, traffic.upstreamErrors(UpstreamError.NO_WORKER));
        assertEquals(0, traffic.shed(ShedReason.HOLD_QUEUE));
        assertEquals(response.body().length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void aRetriedRequestIsCountedAsRetriedAndNotAsAnError() throws Exception {
        start(keeping(ok("first"), "", ok("again")));
        assertEquals(200, server.request("GET /a").status());
        assertEquals("again", server.request("GET /b").body());
        assertEquals(1, traffic.retried());
        assertEquals(0, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals("firstagain".length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void theBytesOfAReplacedResponseAreNotCounted() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n"));
        RawResponse response = server.request("POST /a");
        awaitEnd();
        assertEquals(1, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals(response.body().length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void theBytesPassedOnOfACutResponseAreCounted() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000)));
        server.request("GET /a");
        awaitEnd();
        assertEquals(1, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals(50_000, traffic.bytesSent(RequestKind.PROXIED));
        assertEquals(1, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SUCCESSFUL));
    }
}
