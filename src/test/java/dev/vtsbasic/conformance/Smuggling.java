package dev.vtsbasic.conformance;

import static dev.vtsbasic.conformance.Malformed.Verdict.REFUSE;
import static dev.vtsbasic.conformance.Malformed.Verdict.REFUSE_OR_CLEAN;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Malformed and ambiguous requests, and what must hold after each of them: the server has seen nothing but clean
 * requests with the expected targets, and both the same connection, where it survives, and a fresh one serve on.
 *
 * <p>{@link #TARGET} is the target of the malformed request. The target {@link #HIDDEN} stands where only a reader that
 * errs about the end of the request takes it for the next one; no server may ever see it.
 */
final class Smuggling {
    private static final String TARGET = "/malformed";
    private static final String HIDDEN = "/hidden";
    private static final String HIDDEN_REQUEST = "GET " + HIDDEN + " HTTP/1.1\r\nHost: site.example\r\n\r\n";
    private static final String HOST = "Host: site.example\r\n";
    private static final String POST = "POST " + TARGET + " HTTP/1.1\r\n" + HOST;
    private static final String GET = "GET " + TARGET + " HTTP/1.1\r\n" + HOST;
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private final List<Malformed> requests = new ArrayList<>();

    private Smuggling() {}

    static List<Malformed> requests() {
        Smuggling smuggling = new Smuggling();
        smuggling.lengthAndCoding();
        smuggling.codings();
        smuggling.lengths();
        smuggling.lines();
        smuggling.controls();
        smuggling.names();
        smuggling.chunks();
        smuggling.trailers();
        smuggling.hosts();
        smuggling.targets();
        smuggling.requestLines();
        smuggling.longOnes();
        smuggling.connections();
        smuggling.bodies();
        return smuggling.requests;
    }

    private void any(String family, String text) {
        requests.add(new Malformed(family, text, REFUSE_OR_CLEAN));
    }

    private void refuse(String family, String text) {
        requests.add(new Malformed(family, text, REFUSE));
    }

    /** CL.TE, TE.CL: where each of the two ends the body elsewhere. */
    private void lengthAndCoding() {
        String family = "Content-Length with Transfer-Encoding";
        String behindLastChunk = LAST_CHUNK + HIDDEN_REQUEST;
        String inChunk = chunk(HIDDEN_REQUEST) + LAST_CHUNK;
        for (int length : List.of(0, 1, 4, 5, 6, behindLastChunk.length())) {
            String field = "Content-Length: " + length + "\r\n";
            any(family, POST + field + CHUNKED + "\r\n" + behindLastChunk);
            any(family, POST + CHUNKED + field + "\r\n" + behindLastChunk);
        }
        for (int length : List.of(0, 3, 4, inChunk.length())) {
            String field = "Content-Length: " + length + "\r\n";
            any(family, POST + field + CHUNKED + "\r\n" + inChunk);
            any(family, POST + CHUNKED + field + "\r\n" + inChunk);
            any(family, GET + CHUNKED + field + "\r\n" + inChunk);
        }
        any(family, POST + "content-length: 5\r\ntransfer-encoding: CHUNKED\r\n\r\n" + behindLastChunk);
        any(family, POST + "Content-Length: x\r\n" + CHUNKED + "\r\n" + behindLastChunk);
        any(family, "POST " + TARGET + " HTTP/1.0\r\n" + HOST + CHUNKED + "\r\n" + behindLastChunk);
        any(
                family,
                "POST " + TARGET + " HTTP/1.0\r\n" + HOST + "Content-Length: 5\r\n" + CHUNKED + "\r\n"
                        + behindLastChunk);
    }

    /** Spellings of Transfer-Encoding that one reader takes for chunked and another does not. */
    private void codings() {
        String family = "disguised Transfer-Encoding";
        for (String value : List.of(
                "xchunked",
                "chunkedx",
                "chunked, identity",
                "identity",
                "identity, chunked",
                "chunked, chunked",
                "chunked;q=1",
                "\"chunked\"",
                "'chunked'",
                "chunked\u000b",
                "\u000bchunked",
                "chunked\u0000",
                "\u0000chunked",
                "chun ked",
                "chunk\ted",
                "gzip, chunked",
                "gzip",
                "deflate, gzip, chunked",
                ", chunked",
                "chunked,",
                ",,chunked,,",
                "",
                ",",
                "cow",
                "chunked\u00a0",
                "\u0085chunked",
                "c\u0127unked".replace('\u0127', '\u00ff'),
                "chunked cow",
                "cow chunked",
                "[chunked]",
                "chunked=1",
                "%63hunked")) {
            boolean lastIsChunked = value.matches("(.*[, \t])?chunked[, \t]*");
            String field = "Transfer-Encoding: " + value + "\r\n";
            String plain = POST + field + "\r\n" + LAST_CHUNK;
            String withLength = POST + field + "Content-Length: " + (LAST_CHUNK + HIDDEN_REQUEST).length() + "\r\n\r\n"
                    + LAST_CHUNK + HIDDEN_REQUEST;
            if (lastIsChunked || value.isEmpty() || value.equals(",")) {
                any(family, plain);
            } else {
                refuse(family, plain);
            }
            any(family, withLength);
        }
        String body = LAST_CHUNK + HIDDEN_REQUEST;
        String length = "Content-Length: " + body.length() + "\r\n";
        for (String field : List.of(
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding\t: chunked\r\n",
                " Transfer-Encoding: chunked\r\n",
                "Transfer_Encoding: chunked\r\n",
                "Transfer.Encoding: chunked\r\n",
                "Transfer-Encoding:\r\n chunked\r\n",
                "Transfer-Encoding: \r\n\tchunked\r\n",
                "X: y\nTransfer-Encoding: chunked\r\n",
                "X: y\rTransfer-Encoding: chunked\r\n",
                "X: y\r\r\nTransfer-Encoding: chunked\r\n",
                "\rTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding\u0000: chunked\r\n",
                "\u0000Transfer-Encoding: chunked\r\n",
                "Transfer-Encoding chunked\r\n",
                "Transfer-Encoding= chunked\r\n",
                "Transfer\u00a0Encoding: chunked\r\n",
                CHUNKED + "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: identity\r\n" + CHUNKED,
                CHUNKED + "Transfer-Encoding: cow\r\n",
                "Transfer-Encoding: cow\r\n" + CHUNKED,
                CHUNKED + CHUNKED)) {
            any(family, POST + field + length + "\r\n" + body);
            any(family, POST + length + field + "\r\n" + body);
        }
    }

    private void lengths() {
        String family = "odd Content-Length";
        for (String value : List.of(
                "+5",
                "-5",
                "-0",
                "+0",
                "0x5",
                "5.0",
                "5e0",
                "5 5",
                "5;6",
                "5\u000b",
                "5\u0000",
                "\u00005",
                "five",
                "\"5\"",
                "1_0",
                "9223372036854775808",
                "18446744073709551621",
                "99999999999999999999999999",
                "4294967301x",
                "5,6",
                "6, 5",
                "\u00b2",
                "",
                "5\u00a0",
                "%35")) {
            refuse(family, POST + "Content-Length: " + value + "\r\n\r\nhello" + "\r\n\r\n");
        }
        for (String value : List.of("5, 5", "005", "5,", ",5", " \t5\t ", "00000000000000000000000005")) {
            any(family, POST + "Content-Length: " + value + "\r\n\r\nhello");
        }
        String repeated = "repeated Content-Length";
        int all = HIDDEN_REQUEST.length();
        for (String other : List.of("0", "1", "" + (all - 1), "" + (all + 1), "x", "-1", "")) {
            refuse(
                    repeated,
                    POST + "Content-Length: " + other + "\r\nContent-Length: " + all + "\r\n\r\n" + HIDDEN_REQUEST);
            refuse(
                    repeated,
                    POST + "Content-Length: " + all + "\r\nContent-Length: " + other + "\r\n\r\n" + HIDDEN_REQUEST);
        }
        any(repeated, POST + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello");
        refuse(repeated, POST + "Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 05x\r\n\r\nhello");
        any(repeated, POST + "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
        for (String field : List.of(
                "Content-Length\u0000: ",
                "Content_Length: ",
                "Content-Length : ",
                "Content-Length\t: ",
                "X: y\nContent-Length: ",
                "X: y\rContent-Length: ",
                " Content-Length: ",
                "Content-Length:\r\n ",
                "Content-Length\u00ad: ",
                "Content-Length\u000b: ")) {
            any("disguised Content-Length", POST + field + "0\r\nContent-Length: " + all + "\r\n\r\n" + HIDDEN_REQUEST);
            any("disguised Content-Length", GET + field + "0\r\n\r\n");
        }
    }

    /** What ends a line, and what continues one. */
    private void lines() {
        for (String name : List.of("Host", "Content-Length", "Transfer-Encoding", "X-Test")) {
            for (String space : List.of(" ", "\t", "  ", "\u000b", "\u0000")) {
                String value = name.equals("Host")
                        ? "site.example"
                        : name.equals("X-Test") ? "1" : name.startsWith("T") ? "chunked" : "0";
                String start = name.equals("Host") ? "GET " + TARGET + " HTTP/1.1\r\n" : GET;
                refuse("space before a colon", start + name + space + ": " + value + "\r\n\r\n");
            }
        }
        for (String space : List.of(" ", "\t", "   ")) {
            String folded = "folded line";
            any(folded, GET + "X-Test: a\r\n" + space + "b\r\n\r\n");
            any(folded, GET + "X-Test:\r\n" + space + "b\r\n\r\n");
            any(folded, GET + "X-Test: a\r\n" + space + "Content-Length: 5\r\n\r\n");
            any(folded, POST + "X-Test: a\r\n" + space + CHUNKED + "Content-Length: 0\r\n\r\n");
            any(folded, POST + "Content-Length: 0\r\n" + space + "5\r\n\r\n");
            any(folded, "GET " + TARGET + " HTTP/1.1\r\nHost: site\r\n" + space + ".example\r\n\r\n");
            any(folded, "GET " + TARGET + " HTTP/1.1\r\n" + space + HOST + HOST + "\r\n");
            any(folded, GET + space + "\r\n\r\n");
        }
        String bareLf = "bare LF";
        any(bareLf, GET.replace("\r\n", "\n") + "\n");
        any(bareLf, GET + "X-Test: a\nX-Other: b\r\n\r\n");
        any(bareLf, GET + "X-Test: a\n\r\n");
        any(bareLf, GET + "X-Test: a\r\n\n");
        any(bareLf, GET + "X-Test: a\n\n");
        any(bareLf, "\n" + GET + "\r\n");
        any(bareLf, "GET " + TARGET + " HTTP/1.1\n" + HOST + "\r\n");
        any(bareLf, POST + "Content-Length: 5\n\r\nhello");
        any(bareLf, POST + CHUNKED + "\r\n5\nhello\r\n0\r\n\r\n");
        any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\n0\r\n\r\n");
        any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\r\n0\n\n");
        any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\r\n0\r\n\n");
        String bareCr = "bare CR";
        any(bareCr, GET + "X-Test: a\rb\r\n\r\n");
        any(bareCr, GET + "X-Test: a\rX-Injected: b\r\n\r\n");
        any(bareCr, GET + "X-Te\rst: a\r\n\r\n");
        any(bareCr, GET + "X-Test: a\r\r\n\r\n");
        any(bareCr, GET + "X-Test: a\r\n\r\r\n\r\n");
        any(bareCr, GET.replace("\r\n", "\r") + "\r\r\n\r\n");
        any(bareCr, "GET " + TARGET + "\r HTTP/1.1\r\n" + HOST + "\r\n");
        any(bareCr, "GET " + TARGET + " HTTP/1.1\r\r\n" + HOST + "\r\n");
        any(bareCr, "\r" + GET + "\r\n");
        any(bareCr, POST + CHUNKED + "\r\n5\r\rhello\r\n0\r\n\r\n");
        any(bareCr, POST + "Content-Length: 5\rX: y\r\n\r\nhello");
        any(bareCr, POST + "Content-Length: 0\rContent-Length: 5\r\n\r\n");
    }

    private void controls() {
        for (int c : List.of(0x00, 0x01, 0x08, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f)) {
            any("control character", GET + "X-Test: a" + (char) c + "b\r\n\r\n");
            any("control character", GET + "X-Te" + (char) c + "st: a\r\n\r\n");
            refuse("control character", "GET " + TARGET + (char) c + "x HTTP/1.1\r\n" + HOST + "\r\n");
            refuse("control character", "GE" + (char) c + "T " + TARGET + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
    }

    private void names() {
        for (char c : "(),/;<=>?@[]{}\"\\ \u0080\u00ff".toCharArray()) {
            any("malformed field name", GET + "X" + c + "Test: a\r\n\r\n");
        }
        any("malformed field name", GET + ": a\r\n\r\n");
        any("malformed field name", GET + "X-Test\r\n\r\n");
        any("malformed field name", GET + "X-Test a\r\n\r\n");
        any("malformed field name", GET + "::\r\n\r\n");
    }

    private void chunks() {
        String size = "malformed chunk size";
        for (String value : List.of(
                "0x5",
                "+5",
                "-5",
                " 5",
                "g",
                "",
                "5,5",
                "5.0",
                "\"5\"",
                "\u00005",
                "5\u0000",
                "FFFFFFFFFFFFFFFF5",
                "FFFFFFFFFFFFFFFB",
                "10000000000000005",
                "5h",
                "h5",
                "5 5",
                "\u00b2",
                "x")) {
            refuse(size, POST + CHUNKED + "\r\n" + value + "\r\nhello\r\n0\r\n\r\n");
        }
        for (String value :
                List.of("5 ", "5\t", "5;", "5;a", "5 ;a=b", "005", "00000000000000000000005", "5;a=\"b;c\"")) {
            any(size, POST + CHUNKED + "\r\n" + value + "\r\nhello\r\n0\r\n\r\n");
        }
        String extension = "malformed chunk extension";
        for (String value : List.of(
                ";\n",
                ";a\nb",
                ";a\rb",
                ";a\u0000b",
                ";a=\"\r\n",
                ";" + "a".repeat(20_000),
                ";a\u000b",
                ";\u00ff",
                ";a=b\n0\r\n\r\n" + HIDDEN_REQUEST)) {
            any(extension, POST + CHUNKED + "\r\n5" + value + "\r\nhello\r\n0\r\n\r\n");
        }
        String data = "malformed end of a chunk";
        for (String end : List.of("", "\n", "\r", "x\r\n", "\r\r\n", "\n\n", "XX", "\r\nx", " \r\n")) {
            refuse(data, POST + CHUNKED + "\r\n5\r\nhello" + end + "zz\r\n\r\n");
        }
        refuse(data, POST + CHUNKED + "\r\n3\r\nhello\r\n0\r\n\r\n");
        refuse(data, POST + CHUNKED + "\r\n5\r\nhello\r\n0\rX\r\n\r\n");
        any(data, POST + CHUNKED + "\r\n5\r\nhelloXX0\r\n\r\n" + HIDDEN_REQUEST);
        any(data, POST + CHUNKED + "\r\n" + chunk(HIDDEN_REQUEST) + LAST_CHUNK);
    }

    private void trailers() {
        for (String trailer : List.of(
                "Content-Length: 5\r\n",
                "Transfer-Encoding: chunked\r\n",
                "Host: other.example\r\n",
                "X-Injected: 1\r\n",
                "Connection: close\r\n",
                "X-Test : 1\r\n",
                "X-Test\r\n",
                ": 1\r\n",
                "X-Test: a\r\n b\r\n",
                "X-Test: a\u0000b\r\n",
                "X-Test: a\rb\r\n",
                "X-Test: a\nX: b\r\n",
                " X-Test: a\r\n",
                "X(Test: a\r\n",
                "X-Long: " + "v".repeat(100_000) + "\r\n")) {
            any("odd trailer", POST + CHUNKED + "\r\n5\r\nhello\r\n0\r\n" + trailer + "\r\n");
        }
    }

    private void hosts() {
        String start = "GET " + TARGET + " HTTP/1.1\r\n";
        refuse("missing or repeated Host", start + "Accept: */*\r\n\r\n");
        refuse("missing or repeated Host", start + HOST + HOST + "\r\n");
        refuse("missing or repeated Host", start + HOST + "Host: other.example\r\n\r\n");
        refuse("missing or repeated Host", start + HOST + "host: other.example\r\n\r\n");
        refuse("missing or repeated Host", start + HOST + "X: y\r\nHOST:\r\n\r\n");
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
            refuse("malformed Host", start + "Host: " + host + "\r\n\r\n");
        }
        any("malformed Host", start + "Host: site.example:99999\r\n\r\n");
        any("malformed Host", start + "Host: a%20b\r\n\r\n");
        any("malformed Host", start + "Host: \r\n\r\n");
        any("malformed Host", start + "Host: caf\u00e9\r\n\r\n");
    }

    private void targets() {
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
            any(family, "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
    }

    private void requestLines() {
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
            any(family, line + "\r\n" + HOST + "\r\n");
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
            any("malformed version", "GET " + TARGET + " " + version + "\r\n" + HOST + "\r\n");
        }
        any("malformed version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }

    private void longOnes() {
        String family = "too long";
        any(family, "M".repeat(40_000) + " " + TARGET + " HTTP/1.1\r\n" + HOST + "\r\n");
        any(family, "GET " + TARGET + "?" + "q".repeat(100_000) + " HTTP/1.1\r\n" + HOST + "\r\n");
        any(family, GET + "X-Long: " + "v".repeat(100_000) + "\r\n\r\n");
        any(family, GET + "X" + "n".repeat(100_000) + ": 1\r\n\r\n");
        any(family, GET + manyFields(2_000) + "\r\n");
        any(family, "GET " + TARGET + " HTTP/1.1\r\nHost: " + "h".repeat(40_000) + "\r\n\r\n");
        any(family, POST + CHUNKED + "\r\n" + "0".repeat(40_000) + "5\r\nhello\r\n0\r\n\r\n");
        any(family, "\r\n".repeat(20_000) + GET + "\r\n");
    }

    /** Fields that would take away, bring in or change what the next server relies on. */
    private void connections() {
        String family = "Connection and Upgrade";
        String body = HIDDEN_REQUEST;
        String length = "Content-Length: " + body.length() + "\r\n";
        for (String option : List.of(
                "Content-Length",
                "Transfer-Encoding",
                "Host",
                "close, Content-Length",
                "Upgrade",
                "upgrade, Content-Length",
                "Expect",
                "X-Forwarded-For",
                ",,,",
                "\u0000",
                "Content-Length\r\nConnection: Host")) {
            any(family, POST + "Connection: " + option + "\r\n" + length + "\r\n" + body);
        }
        for (String option : List.of("Transfer-Encoding", "Host, Transfer-Encoding", "Trailer")) {
            any(family, POST + "Connection: " + option + "\r\n" + CHUNKED + "\r\n" + chunk(body) + LAST_CHUNK);
        }
        for (String protocol : List.of("websocket", "h2c", "TLS/1.0", "HTTP/2.0", "foo/1", "websocket, h2c")) {
            any(family, POST + "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + length + "\r\n" + body);
            any(
                    family,
                    POST + "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + CHUNKED + "\r\n" + chunk(body)
                            + LAST_CHUNK);
        }
        any(
                family,
                GET
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: x\r\nConnection: Upgrade\r\n\r\n");
    }

    /** Whole requests as the bodies of requests that seldom have one. */
    private void bodies() {
        String family = "request within a body";
        String length = "Content-Length: " + HIDDEN_REQUEST.length() + "\r\n";
        for (String method : List.of("GET", "HEAD", "DELETE", "OPTIONS", "PUT", "PATCH", "PROPFIND", "get")) {
            any(family, method + " " + TARGET + " HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
            any(
                    family,
                    method + " " + TARGET + " HTTP/1.1\r\n" + HOST + CHUNKED + "\r\n" + chunk(HIDDEN_REQUEST)
                            + LAST_CHUNK);
        }
        for (String expectation : List.of("100-continue", "100-CONTINUE", "x", "", "100-continue, x", "\u0000")) {
            any(family, POST + "Expect: " + expectation + "\r\n" + length + "\r\n" + HIDDEN_REQUEST);
        }
        any(family, "TRACE " + TARGET + " HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
        any(family, "CONNECT site.example:80 HTTP/1.1\r\n" + HOST + length + "\r\n" + HIDDEN_REQUEST);
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    private static String manyFields(int count) {
        StringBuilder fields = new StringBuilder();
        IntStream.range(0, count).forEach(i -> fields.append("X-F").append(i).append(": 1\r\n"));
        return fields.toString();
    }

    /** Sends it, and proves that nobody was deceived. */
    static void play(Malformed malformed, Scene scene) throws Exception {
        StrictServer server = new StrictServer(scene);
        try {
            Wire client = scene.client();
            client.sendInBackground(Wire.latin1(malformed.text()));
            boolean open = skipAnswers(client, malformed);
            if (open) {
                client.send(Scene.request("GET /same"));
                Message same = client.responseOrNull();
                boolean closed = same == null || same.status() >= 400;
                Check.that(
                        closed || same.body().equals("/same"),
                        () -> "the next request was answered with " + Text.quote(same.body()));
            }
            client.close();
            Wire fresh = scene.client(Scene.UNTRUSTED, Scene.request("GET /fresh"));
            Message answer = fresh.response();
            Check.status(200, answer);
            Check.equal("answer to a fresh request", "/fresh", answer.body());
            judge(malformed, server.seen());
        } finally {
            server.stop();
        }
    }

    /** Whether the connection can serve another request. */
    private static boolean skipAnswers(Wire client, Malformed malformed) throws Exception {
        if (client.isSilentFor(Scene.millis(400))) {
            // The proxy waits for more; there is no more.
            client.finish();
            client.isSilentFor(Scene.millis(400));
            return false;
        }
        String method = malformed.text().startsWith("HEAD ") ? "HEAD" : "GET";
        boolean refused = false;
        do {
            String piece = client.peek();
            if (!piece.startsWith("HTTP/1.")) {
                // HTTP/0.9, or the end.
                return false;
            }
            Message answer = client.response(method);
            if (answer.status() < 200) {
                continue;
            }
            refused |= answer.status() >= 400;
            boolean last =
                    answer.head().joined("Connection").toLowerCase(Locale.ROOT).contains("close");
            if (answer.framing() == Message.Framing.END || last || answer.status() == 101) {
                return false;
            }
            if (client.isSilentFor(Scene.millis(refused ? 50 : 15))) {
                return true;
            }
        } while (true);
    }

    private static void judge(Malformed malformed, List<StrictServer.Seen> seen) {
        int forwarded = 0;
        for (StrictServer.Seen one : seen) {
            Check.that(one.problem().isEmpty(), () -> "the server got something malformed: " + one.problem());
            Head head = one.request().head();
            boolean ours = List.of("/same", "/fresh").contains(head.target())
                    && head.method().equals("GET");
            if (!ours) {
                Check.that(!head.target().contains(HIDDEN), "the server got the hidden request");
                Check.absent(head, "X-Injected");
                forwarded += one.request().complete() ? 1 : 0;
            }
        }
        Check.that(forwarded <= 1, "the server got more than one request");
        Check.that(malformed.verdict() == REFUSE_OR_CLEAN || forwarded == 0, "not refused but forwarded");
    }
}
