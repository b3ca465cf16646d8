package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a response that is being stored reaches its client, and what happens when it breaks off. */
class SharedCacheDeliveryTest extends SharedCacheScene {
    @Test
    void aResponseThatIsBeingStoredStreamsToItsClient() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await(mayEnd);
            write(out, "4\r\nlast\r\n0\r\n\r\n");
            return true;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /a HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
                    .readUntil("first");
            mayEnd.countDown();
            client.readUntil("last");
            client.readRest();
        }
        assertEquals("firstlast", get("/a").body());
        assertEquals(1, asked.get());
    }

    @Test
    void aCutResponseIsNotStored() throws Exception {
        start(inTurn(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
                response("Cache-Control: max-age=60", "whole")));
        assertFalse(get("/a").looksComplete());
        assertEquals("whole", get("/a").body());
    }

    /** RFC 9112 §8: a cut field may have had another meaning. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 O",
                "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=60\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=60, pri",
            })
    void aResponseWithACutHeadIsNotStored(String cut) throws Exception {
        start((request, out) -> {
            boolean first = asked.incrementAndGet() == 1;
            write(out, first ? cut : response("Cache-Control: max-age=60", "whole"));
            return !first;
        });
        RawResponse refused = get("/a");
        assertEquals(502, refused.status(), refused.text());
        assertEquals("vts-basic; fwd=uri-miss", refused.header("Cache-Status"));
        assertEquals("whole", get("/a").body());
    }

    @Test
    void aBadGatewayInPlaceOfAStorableResponseIsNotMarkedAsStored() throws Exception {
        start(
                inTurn(
                        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\nfirst\r\n"));
        RawResponse refused = get("/a");
        assertEquals(502, refused.status(), refused.text());
        assertEquals("vts-basic; fwd=uri-miss", refused.header("Cache-Status"));
    }

    @Test
    void aResponseWithTrailersIsPassedOnAndNotStored() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "1\r\na\r\n0\r\nX-T: 1\r\n\r\n");
            return true;
        });
        for (int i = 0; i < 2; i++) {
            RawResponse response = get("/a", "TE: trailers");
            assertTrue(response.text().toLowerCase().endsWith("x-t: 1\r\n\r\n"), response.text());
        }
        assertEquals(2, asked.get());
    }
}
