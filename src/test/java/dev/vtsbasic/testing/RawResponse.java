package dev.vtsbasic.testing;

import java.util.Arrays;
import java.util.List;

/** Everything that a server sent on a connection; each character is a byte. */
public record RawResponse(String text) {
    public int status() {
        return Integer.parseInt(text.substring(9, 12));
    }

    /** All values of a header field, in order. */
    public List<String> headers(String name) {
        return Arrays.stream(text.substring(0, endOfHead()).split("\r\n"))
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** The first value of a header field; null when there is none. */
    public String header(String name) {
        return headers(name).stream().findFirst().orElse(null);
    }

    /** The part of the body that arrived, without chunk sizes. */
    public String body() {
        if (header("Transfer-Encoding") == null) {
            return rest();
        }
        StringBuilder body = new StringBuilder();
        String chunks = rest();
        for (int line = chunks.indexOf("\r\n"); line > 0; line = chunks.indexOf("\r\n")) {
            int end = line + 2 + Integer.parseInt(chunks.substring(0, line), 16);
            body.append(chunks, line + 2, Math.min(end, chunks.length()));
            chunks = chunks.substring(Math.min(end + 2, chunks.length()));
        }
        return body.toString();
    }

    /** Whether the response is complete according to its framing. */
    public boolean looksComplete() {
        if (header("Transfer-Encoding") != null) {
            return rest().endsWith("0\r\n\r\n");
        }
        String length = header("Content-Length");
        return length == null || rest().length() == Integer.parseInt(length);
    }

    private String rest() {
        return text.substring(endOfHead() + 4);
    }

    private int endOfHead() {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no answer but \"" + text + "\"");
        }
        return end;
    }
}
