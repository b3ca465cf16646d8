package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.CHUNKED;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.GET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HIDDEN_REQUEST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.HOST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.LAST_CHUNK;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.POST;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.TARGET;
import static dev.vtsbasic.conformance.smuggling.MalformedRequestList.chunk;

import java.util.List;

/** Requests with Content-Length and Transfer-Encoding, whose ends two readers may see at different bytes. */
final class FramingRequests {
    private FramingRequests() {}

    /** CL.TE and TE.CL: the two fields end the body at different bytes. */
    static List<MalformedRequest> lengthWithCoding() {
        MalformedRequestList requests = new MalformedRequestList();
        String family = "Content-Length with Transfer-Encoding";
        String behindLastChunk = LAST_CHUNK + HIDDEN_REQUEST;
        String inChunk = chunk(HIDDEN_REQUEST) + LAST_CHUNK;
        for (int length : List.of(0, 1, 4, 5, 6, behindLastChunk.length())) {
            String field = "Content-Length: " + length + "\r\n";
            requests.any(family, POST + field + CHUNKED + "\r\n" + behindLastChunk);
            requests.any(family, POST + CHUNKED + field + "\r\n" + behindLastChunk);
        }
        for (int length : List.of(0, 3, 4, inChunk.length())) {
            String field = "Content-Length: " + length + "\r\n";
            requests.any(family, POST + field + CHUNKED + "\r\n" + inChunk);
            requests.any(family, POST + CHUNKED + field + "\r\n" + inChunk);
            requests.any(family, GET + CHUNKED + field + "\r\n" + inChunk);
        }
        requests.any(family, POST + "content-length: 5\r\ntransfer-encoding: CHUNKED\r\n\r\n" + behindLastChunk);
        requests.any(family, POST + "Content-Length: x\r\n" + CHUNKED + "\r\n" + behindLastChunk);
        requests.any(family, "POST " + TARGET + " HTTP/1.0\r\n" + HOST + CHUNKED + "\r\n" + behindLastChunk);
        requests.any(
                family,
                "POST " + TARGET + " HTTP/1.0\r\n" + HOST + "Content-Length: 5\r\n" + CHUNKED + "\r\n"
                        + behindLastChunk);
        return requests.all();
    }

    /** Spellings of Transfer-Encoding that one reader accepts as chunked and another does not. */
    static List<MalformedRequest> disguisedCodings() {
        MalformedRequestList requests = new MalformedRequestList();
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
                requests.any(family, plain);
            } else {
                requests.refuse(family, plain);
            }
            requests.any(family, withLength);
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
            requests.any(family, POST + field + length + "\r\n" + body);
            requests.any(family, POST + length + field + "\r\n" + body);
        }
        return requests.all();
    }

    static List<MalformedRequest> oddLengths() {
        MalformedRequestList requests = new MalformedRequestList();
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
            requests.refuse(family, POST + "Content-Length: " + value + "\r\n\r\nhello" + "\r\n\r\n");
        }
        for (String value : List.of("5, 5", "005", "5,", ",5", " \t5\t ", "00000000000000000000000005")) {
            requests.any(family, POST + "Content-Length: " + value + "\r\n\r\nhello");
        }
        String repeated = "repeated Content-Length";
        int all = HIDDEN_REQUEST.length();
        for (String other : List.of("0", "1", "" + (all - 1), "" + (all + 1), "x", "-1", "")) {
            requests.refuse(
                    repeated,
                    POST + "Content-Length: " + other + "\r\nContent-Length: " + all + "\r\n\r\n" + HIDDEN_REQUEST);
            requests.refuse(
                    repeated,
                    POST + "Content-Length: " + all + "\r\nContent-Length: " + other + "\r\n\r\n" + HIDDEN_REQUEST);
        }
        requests.any(repeated, POST + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello");
        requests.refuse(repeated, POST + "Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 05x\r\n\r\nhello");
        requests.any(repeated, POST + "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
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
            requests.any(
                    "disguised Content-Length",
                    POST + field + "0\r\nContent-Length: " + all + "\r\n\r\n" + HIDDEN_REQUEST);
            requests.any("disguised Content-Length", GET + field + "0\r\n\r\n");
        }
        return requests.all();
    }
}
