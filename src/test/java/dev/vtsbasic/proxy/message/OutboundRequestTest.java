package dev.vtsbasic.proxy.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.vtsbasic.proxy.message.InboundRequest.Field;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.ForwardedRequest;
import dev.vtsbasic.traffic.PublicOrigin;
import dev.vtsbasic.traffic.RequestRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.junit.jupiter.api.Test;

class OutboundRequestTest {
    private static final Caller CALLER = new Caller(
            new ForwardedRequest("192.0.2.7", new PublicOrigin("https", "example.org:8443", 8443), "", ""),
            "id",
            "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00",
            false,
            false);

    private static final List<String> OURS = List.of(
            "Host: example.org:8443",
            "X-Forwarded-For: 192.0.2.7",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: example.org:8443",
            "X-Forwarded-Port: 8443",
            "Forwarded: for=192.0.2.7;host=\"example.org:8443\";proto=https",
            "X-Real-IP: 192.0.2.7",
            "Via: 1.1 vts-basic");

    @Test
    void methodAndTargetAreUnchanged() {
        ClassicHttpRequest request = outbound(inbound(-1, false), null);
        assertEquals("PURGE", request.getMethod());
        assertEquals("//a%2Fb?x=|", request.getRequestUri());
    }

    @Test
    void theAppGetsTheClientsAddressAndOriginAsTheContainerKnowsThem() {
        assertEquals(OURS, linesOf(outbound(inbound(-1, false), null)));
    }

    @Test
    void fieldsOfTheClientKeepTheirOrderAndTheirLines() {
        assertEquals(
                withOurs("Accept: */*", "X-Twice: 1", "X-Twice: 2", "X-Empty: ", "Cookie: a=b; c=d", "Origin: null"),
                linesOf(outbound(
                        inbound(
                                -1,
                                false,
                                "Accept: */*",
                                "X-Twice: 1",
                                "X-Twice: 2",
                                "X-Empty: ",
                                "Cookie: a=b; c=d",
                                "Origin: null"),
                        null)));
    }

    @Test
    void fieldsThatTheProxySetsReplaceThoseOfTheClient() {
        assertEquals(
                OURS,
                linesOf(outbound(
                        inbound(
                                -1,
                                false,
                                "host: evil.example",
                                "X-Forwarded-For: 127.0.0.1",
                                "x-forwarded-proto: http",
                                "X-FORWARDED-HOST: evil.example",
                                "X-Forwarded-Port: 1",
                                "X-Forwarded-Prefix: /evil",
                                "X-Forwarded-Anything: evil",
                                "Forwarded: for=127.0.0.1",
                                "X-REAL-IP: 127.0.0.1",
                                "Expect: 100-continue",
                                "Content-Length: 5",
                                "Transfer-Encoding: chunked"),
                        null)));
    }

    @Test
    void hopByHopFieldsOfTheClientAreDropped() {
        assertEquals(
                withOurs("Accept: */*"),
                linesOf(outbound(
                        inbound(
                                -1,
                                false,
                                "Connection: keep-alive, X-Mine",
                                "connection: x-mine-too, X-Forwarded-For, Host",
                                "Keep-Alive: 5",
                                "X-Mine: 1",
                                "X-Mine-Too: 1",
                                "TE: trailers",
                                "Upgrade: websocket",
                                "Proxy-Authorization: Basic eA==",
                                "Accept: */*"),
                        null)));
    }

    @Test
    void aBodyHasEitherContentLengthOrTransferEncoding() {
        HttpEntity body = new StringEntity("hello");
        ClassicHttpRequest fixed = outbound(inbound(5, false, "Content-Length: 5"), body);
        assertEquals(withOurs("Content-Length: 5"), ordered(fixed));
        assertSame(body, fixed.getEntity());

        ClassicHttpRequest chunked =
                outbound(inbound(5, true, "Content-Length: 5", "Transfer-Encoding: chunked"), body);
        assertEquals(withOurs("Transfer-Encoding: chunked"), ordered(chunked));

        ClassicHttpRequest empty = outbound(inbound(0, false, "Content-Length: 0"), null);
        assertEquals(withOurs("Content-Length: 0"), ordered(empty));
    }

    private static InboundRequest inbound(long contentLength, boolean chunked, String... headers) {
        List<Field> fields = Arrays.stream(headers)
                .map(line -> line.split(": ", 2))
                .map(parts -> new Field(parts[0], parts[1]))
                .toList();
        return new InboundRequest(
                "PURGE",
                "//a%2Fb?x=|",
                "HTTP/1.1",
                "",
                fields,
                contentLength,
                chunked,
                "192.0.2.7",
                false,
                "https",
                "example.org:8443",
                RequestRecord.unread());
    }

    private static ClassicHttpRequest outbound(InboundRequest inbound, HttpEntity body) {
        return OutboundRequest.of(inbound, ForwardedHeaders.of(inbound, CALLER), body);
    }

    /** The header lines, without the ids, which are random. */
    private static List<String> linesOf(ClassicHttpRequest request) {
        return Arrays.stream(request.getHeaders())
                .filter(header -> !header.getName().equals("X-Request-Id"))
                .filter(header -> !header.getName().equals("traceparent"))
                .map(Header::toString)
                .toList();
    }

    /** The client's fields stand between the proxy's Host and its X-Forwarded fields. */
    private static List<String> withOurs(String... others) {
        List<String> lines = new ArrayList<>(OURS);
        lines.addAll(1, List.of(others));
        return lines;
    }

    /** Moves the framing field, which stands last, to the client's fields. */
    private static List<String> ordered(ClassicHttpRequest request) {
        List<String> lines = new ArrayList<>(linesOf(request));
        lines.add(1, lines.remove(lines.size() - 1));
        return lines;
    }
}
