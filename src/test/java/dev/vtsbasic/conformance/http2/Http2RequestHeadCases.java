package dev.vtsbasic.conformance.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheme, host and header fields that the server receives. */
abstract class Http2RequestHeadCases extends Http2Cases {
    Http2RequestHeadCases(Http2Scene scene) {
        super(scene);
    }

    @Test
    void theServerGetsTheAuthorityAsHostAndInForwardedFields() throws Exception {
        Head head = forwarded("GET", null).head();
        assertEquals(List.of("site.example"), head.all("Host"));
        assertEquals(List.of("site.example"), head.all("X-Forwarded-Host"));
        assertEquals(List.of(scene.tls() ? "https" : "http"), head.all("X-Forwarded-Proto"));
        assertEquals(List.of("127.0.0.1"), head.all("X-Forwarded-For"));
        assertEquals(List.of("2 vts-basic"), head.all("Via"));
        assertTrue(head.fields().stream().noneMatch(field -> field.name().startsWith(":")), head.toString());
        Http2Stream stream = client.open(
                true,
                List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        scene.tls() ? "https" : "http",
                        ":path",
                        "/a%2Fb?c=%20",
                        ":authority",
                        "site.example:8443",
                        "host",
                        "site.example:8443"));
        Wire server = scene.server();
        head = server.request().head();
        server.send(OK);
        assertEquals(200, stream.response().status());
        assertEquals("/a%2Fb?c=%20", head.target());
        assertEquals(List.of("site.example:8443"), head.all("Host"));
        assertEquals(List.of("site.example:8443"), head.all("X-Forwarded-Host"));
        assertEquals(List.of("8443"), head.all("X-Forwarded-Port"));
    }

    @Test
    void aHostNameWithAnUnderscoreIsServed() throws Exception {
        Http2Stream stream = client.open(
                true,
                List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        scene.tls() ? "https" : "http",
                        ":path",
                        "/",
                        ":authority",
                        "a_b:81"));
        Wire server = scene.server();
        Head head = server.request().head();
        server.send(OK);
        assertEquals(200, stream.response().status());
        assertEquals(List.of("a_b:81"), head.all("Host"));
        assertEquals(List.of("a_b:81"), head.all("X-Forwarded-Host"));
        assertEquals(List.of("81"), head.all("X-Forwarded-Port"));
    }

    /** RFC 9113 §8.2.3: a proxy joins Cookie fields before it forwards them over HTTP/1.1. */
    @Test
    void severalCookieFieldsOfARequestAreJoined() throws Exception {
        assertEquals(
                List.of("a=1; b=2; c=3"),
                forwarded("GET", null, "cookie", "a=1", "cookie", "b=2", "cookie", "c=3")
                        .head()
                        .all("Cookie"));
    }

    /** RFC 9113 §8.3.1: a proxy in front that ends TLS sends the browser's scheme, not the connection's. */
    @Test
    void aRequestWithAnotherSchemeIsServedWithTheConnectionsScheme() throws Exception {
        for (String scheme : List.of("http", "https")) {
            Http2Stream stream = client.open(
                    true, List.of(":method", "GET", ":scheme", scheme, ":authority", "site.example", ":path", "/"));
            Wire server = scene.server();
            Head head = server.request().head();
            server.send(OK);
            assertEquals(200, stream.response().status(), scheme);
            assertEquals(List.of(scene.tls() ? "https" : "http"), head.all("X-Forwarded-Proto"), scheme);
            assertEquals(List.of(scene.tls() ? "443" : "80"), head.all("X-Forwarded-Port"), scheme);
        }
    }

    @Test
    void aHeadInFragmentsOfOneOctetIsRead() throws Exception {
        for (int octets : List.of(1, 2, 5, 100)) {
            Http2Stream stream = client.openInPieces(
                    octets,
                    List.of(
                            ":method",
                            "GET",
                            ":scheme",
                            scene.tls() ? "https" : "http",
                            ":authority",
                            "site.example",
                            ":path",
                            "/pieces",
                            "x-long",
                            "a".repeat(2000)));
            Wire server = scene.server();
            assertEquals("a".repeat(2000), server.request().head().all("X-Long").get(0));
            server.send(OK);
            assertEquals(200, stream.response().status());
        }
        assertConnectionServes();
    }
}
