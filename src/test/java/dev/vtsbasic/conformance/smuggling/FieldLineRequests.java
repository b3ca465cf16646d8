package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.CHUNKED;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.GET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HOST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.POST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.TARGET;

import java.util.List;

/** Requests with malformed field lines. */
final class FieldLineRequests {
    private FieldLineRequests() {}

    /** Line ends and line continuations. */
    static List<MalformedRequest> lineEnds() {
        MalformedRequestList requests = new MalformedRequestList();
        for (String name : List.of("Host", "Content-Length", "Transfer-Encoding", "X-Test")) {
            for (String space : List.of(" ", "\t", "  ", "\u000b", "\u0000")) {
                String value = name.equals("Host")
                        ? "site.example"
                        : name.equals("X-Test") ? "1" : name.startsWith("T") ? "chunked" : "0";
                String start = name.equals("Host") ? "GET " + TARGET + " HTTP/1.1\r\n" : GET;
                requests.refuse("space before a colon", start + name + space + ": " + value + "\r\n\r\n");
            }
        }
        for (String space : List.of(" ", "\t", "   ")) {
            String folded = "folded line";
            requests.any(folded, GET + "X-Test: a\r\n" + space + "b\r\n\r\n");
            requests.any(folded, GET + "X-Test:\r\n" + space + "b\r\n\r\n");
            requests.any(folded, GET + "X-Test: a\r\n" + space + "Content-Length: 5\r\n\r\n");
            requests.any(folded, POST + "X-Test: a\r\n" + space + CHUNKED + "Content-Length: 0\r\n\r\n");
            requests.any(folded, POST + "Content-Length: 0\r\n" + space + "5\r\n\r\n");
            requests.any(folded, "GET " + TARGET + " HTTP/1.1\r\nHost: site\r\n" + space + ".example\r\n\r\n");
            requests.any(folded, "GET " + TARGET + " HTTP/1.1\r\n" + space + HOST + HOST + "\r\n");
            requests.any(folded, GET + space + "\r\n\r\n");
        }
        String bareLf = "bare LF";
        requests.any(bareLf, GET.replace("\r\n", "\n") + "\n");
        requests.any(bareLf, GET + "X-Test: a\nX-Other: b\r\n\r\n");
        requests.any(bareLf, GET + "X-Test: a\n\r\n");
        requests.any(bareLf, GET + "X-Test: a\r\n\n");
        requests.any(bareLf, GET + "X-Test: a\n\n");
        requests.any(bareLf, "\n" + GET + "\r\n");
        requests.any(bareLf, "GET " + TARGET + " HTTP/1.1\n" + HOST + "\r\n");
        requests.any(bareLf, POST + "Content-Length: 5\n\r\nhello");
        requests.any(bareLf, POST + CHUNKED + "\r\n5\nhello\r\n0\r\n\r\n");
        requests.any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\n0\r\n\r\n");
        requests.any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\r\n0\n\n");
        requests.any(bareLf, POST + CHUNKED + "\r\n5\r\nhello\r\n0\r\n\n");
        String bareCr = "bare CR";
        requests.any(bareCr, GET + "X-Test: a\rb\r\n\r\n");
        requests.any(bareCr, GET + "X-Test: a\rX-Injected: b\r\n\r\n");
        requests.any(bareCr, GET + "X-Te\rst: a\r\n\r\n");
        requests.any(bareCr, GET + "X-Test: a\r\r\n\r\n");
        requests.any(bareCr, GET + "X-Test: a\r\n\r\r\n\r\n");
        requests.any(bareCr, GET.replace("\r\n", "\r") + "\r\r\n\r\n");
        requests.any(bareCr, "GET " + TARGET + "\r HTTP/1.1\r\n" + HOST + "\r\n");
        requests.any(bareCr, "GET " + TARGET + " HTTP/1.1\r\r\n" + HOST + "\r\n");
        requests.any(bareCr, "\r" + GET + "\r\n");
        requests.any(bareCr, POST + CHUNKED + "\r\n5\r\rhello\r\n0\r\n\r\n");
        requests.any(bareCr, POST + "Content-Length: 5\rX: y\r\n\r\nhello");
        requests.any(bareCr, POST + "Content-Length: 0\rContent-Length: 5\r\n\r\n");
        return requests.all();
    }

    static List<MalformedRequest> controlCharacters() {
        MalformedRequestList requests = new MalformedRequestList();
        for (int c : List.of(0x00, 0x01, 0x08, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f)) {
            requests.any("control character", GET + "X-Test: a" + (char) c + "b\r\n\r\n");
            requests.any("control character", GET + "X-Te" + (char) c + "st: a\r\n\r\n");
            requests.refuse("control character", "GET " + TARGET + (char) c + "x HTTP/1.1\r\n" + HOST + "\r\n");
            requests.refuse("control character", "GE" + (char) c + "T " + TARGET + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
        return requests.all();
    }

    static List<MalformedRequest> fieldNames() {
        MalformedRequestList requests = new MalformedRequestList();
        for (char c : "(),/;<=>?@[]{}\"\\ \u0080\u00ff".toCharArray()) {
            requests.any("malformed field name", GET + "X" + c + "Test: a\r\n\r\n");
        }
        requests.any("malformed field name", GET + ": a\r\n\r\n");
        requests.any("malformed field name", GET + "X-Test\r\n\r\n");
        requests.any("malformed field name", GET + "X-Test a\r\n\r\n");
        requests.any("malformed field name", GET + "::\r\n\r\n");
        return requests.all();
    }
}
