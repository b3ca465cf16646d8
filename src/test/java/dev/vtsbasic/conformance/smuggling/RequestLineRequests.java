package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.CHUNKED;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.GET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HOST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.POST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.TARGET;

import java.util.List;
import java.util.stream.IntStream;

/** Requests with malformed or unusual request lines and Host fields, and with parts that are too long. */
final class RequestLineRequests {
    private RequestLineRequests() {}

    static List<MalformedRequest> hosts() {
        MalformedRequestList requests = new MalformedRequestList();
        String start = "GET " + TARGET + " HTTP/1.1\r\n";
        requests.refuse("missing or repeated Host", start + "Accept: */*\r\n\r\n");
        requests.refuse("missing or repeated Host", start + HOST + HOST + "\r\n");
        requests.refuse("missing or repeated Host", start + HOST + "Host: other.example\r\n\r\n");
        requests.refuse("missing or repeated Host", start + HOST + "host: other.example\r\n\r\n");
        requests.refuse("missing or repeated Host", start + HOST + "X: y\r\nHOST:\r\n\r\n");
        for (String host : List.of(
                "a b",
                "a/b",
                "user@site.example",
                "a,b",
                "a#b",
                "a?b",
                "http://site.example",
                "[::1",
                "::1",
                "site.example:port",
                "site.example:-1",
                "site.example:80:80",
                "a\\b",
                "a\u0000b",
                "<a>",
                "a\"b",
                "[zz]")) {
            requests.refuse("malformed Host", start + "Host: " + host + "\r\n\r\n");
        }
        requests.any("malformed Host", start + "Host: site.example:99999\r\n\r\n");
        requests.any("malformed Host", start + "Host: a%20b\r\n\r\n");
        requests.any("malformed Host", start + "Host: \r\n\r\n");
        requests.any("malformed Host", start + "Host: caf\u00e9\r\n\r\n");
        return requests.all();
    }

    static List<MalformedRequest> targets() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "odd target";
        for (String target : List.of(
                "http://other.example" + TARGET,
                "http://site.example:99999" + TARGET,
                "http://user@site.example" + TARGET,
                "https://site.example" + TARGET,
                "HTTP://SITE.EXAMPLE" + TARGET,
                "ftp://site.example" + TARGET,
                "http://" + TARGET,
                "http:" + TARGET,
                "http:/" + TARGET,
                "//other.example" + TARGET,
                "site.example:80",
                "*",
                "malformed",
                "?malformed",
                "#malformed",
                "\\malformed",
                TARGET + "#fragment",
                TARGET + "%00",
                TARGET + "%0d%0aX-Injected:%201",
                TARGET + "%",
                TARGET + "%zz",
                TARGET + "\u00e9",
                TARGET + "\\..\\x",
                TARGET + "/%2e%2e/%2e%2e/%2e%2e",
                TARGET + "/../../../..",
                "/../.." + TARGET,
                TARGET + "?\u0000",
                TARGET + "\"",
                TARGET + "<>")) {
            requests.any(family, "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
        return requests.all();
    }

    static List<MalformedRequest> requestLines() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "malformed request line";
        for (String line : List.of(
                "GET " + TARGET,
                "GET  " + TARGET + " HTTP/1.1",
                "GET " + TARGET + "  HTTP/1.1",
                "GET\t" + TARGET + "\tHTTP/1.1",
                " GET " + TARGET + " HTTP/1.1",
                "GET " + TARGET + " HTTP/1.1 ",
                "GET " + TARGET + " x HTTP/1.1",
                "GET " + TARGET + " HTTP/1.1 x",
                "GET" + TARGET + " HTTP/1.1",
                TARGET + " HTTP/1.1",
                "GET HTTP/1.1",
                "GET",
                "GET\u000b" + TARGET + " HTTP/1.1",
                "GET\u00a0" + TARGET + " HTTP/1.1",
                "GET " + TARGET + " HTTP/1.1" + "\u0000",
                "GET " + TARGET + "\u000cHTTP/1.1",
                "G(T " + TARGET + " HTTP/1.1",
                "\"GET\" " + TARGET + " HTTP/1.1",
                "GET: " + TARGET + " HTTP/1.1",
                "\u00c7ET " + TARGET + " HTTP/1.1")) {
            requests.any(family, line + "\r\n" + HOST + "\r\n");
        }
        for (String version : List.of(
                "HTTP/0.9",
                "HTTP/1",
                "HTTP/1.",
                "HTTP/.1",
                "HTTP/1.10",
                "HTTP/01.1",
                "HTTP/1.01",
                "http/1.1",
                "Http/1.1",
                "HTTP/2.0",
                "HTTP/2",
                "HTTP/9.9",
                "HTTP/-1.1",
                "HTTP/1.x",
                "HTTP 1.1",
                "HTTP/1,1",
                "HTTPS/1.1",
                "ICY/1.1",
                "HTTP/1.1.1",
                "HTTP//1.1",
                "XHTTP/1.1")) {
            requests.any("malformed version", "GET " + TARGET + " " + version + "\r\n" + HOST + "\r\n");
        }
        requests.any("malformed version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        return requests.all();
    }

    static List<MalformedRequest> tooLong() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "too long";
        requests.any(family, "M".repeat(40_000) + " " + TARGET + " HTTP/1.1\r\n" + HOST + "\r\n");
        requests.any(family, "GET " + TARGET + "?" + "q".repeat(100_000) + " HTTP/1.1\r\n" + HOST + "\r\n");
        requests.any(family, GET + "X-Long: " + "v".repeat(100_000) + "\r\n\r\n");
        requests.any(family, GET + "X" + "n".repeat(100_000) + ": 1\r\n\r\n");
        requests.any(family, GET + manyFields(2_000) + "\r\n");
        requests.any(family, "GET " + TARGET + " HTTP/1.1\r\nHost: " + "h".repeat(40_000) + "\r\n\r\n");
        requests.any(family, POST + CHUNKED + "\r\n" + "0".repeat(40_000) + "5\r\nhello\r\n0\r\n\r\n");
        requests.any(family, "\r\n".repeat(20_000) + GET + "\r\n");
        return requests.all();
    }

    private static String manyFields(int count) {
        StringBuilder fields = new StringBuilder();
        IntStream.range(0, count).forEach(i -> fields.append("X-F").append(i).append(": 1\r\n"));
        return fields.toString();
    }
}
