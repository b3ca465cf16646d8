package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.CHUNKED;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HIDDEN_REQUEST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.LAST_CHUNK;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.POST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.chunk;

import java.util.List;

/** Requests with malformed chunks and trailers. */
final class ChunkedBodyRequests {
    private ChunkedBodyRequests() {}

    static List<MalformedRequest> chunks() {
        MalformedRequestList requests = new MalformedRequestList();
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
            requests.refuse(size, POST + CHUNKED + "\r\n" + value + "\r\nhello\r\n0\r\n\r\n");
        }
        for (String value :
                List.of("5 ", "5\t", "5;", "5;a", "5 ;a=b", "005", "00000000000000000000005", "5;a=\"b;c\"")) {
            requests.any(size, POST + CHUNKED + "\r\n" + value + "\r\nhello\r\n0\r\n\r\n");
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
            requests.any(extension, POST + CHUNKED + "\r\n5" + value + "\r\nhello\r\n0\r\n\r\n");
        }
        String data = "malformed end of a chunk";
        for (String end : List.of("", "\n", "\r", "x\r\n", "\r\r\n", "\n\n", "XX", "\r\nx", " \r\n")) {
            requests.refuse(data, POST + CHUNKED + "\r\n5\r\nhello" + end + "zz\r\n\r\n");
        }
        requests.refuse(data, POST + CHUNKED + "\r\n3\r\nhello\r\n0\r\n\r\n");
        requests.refuse(data, POST + CHUNKED + "\r\n5\r\nhello\r\n0\rX\r\n\r\n");
        requests.any(data, POST + CHUNKED + "\r\n5\r\nhelloXX0\r\n\r\n" + HIDDEN_REQUEST);
        requests.any(data, POST + CHUNKED + "\r\n" + chunk(HIDDEN_REQUEST) + LAST_CHUNK);
        return requests.all();
    }

    static List<MalformedRequest> trailers() {
        MalformedRequestList requests = new MalformedRequestList();
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
            requests.any("odd trailer", POST + CHUNKED + "\r\n5\r\nhello\r\n0\r\n" + trailer + "\r\n");
        }
        return requests.all();
    }
}
