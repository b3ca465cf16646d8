package dev.vtsbasic.testing;

import java.util.Arrays;
import java.util.List;

/** Everything a server sent on a connection, an octet in each character. */
public record RawAnswer(String text) {
    public int status() {
        return Integer.parseInt(text.substring(9, 12));
    }

    /** All values of a header field in their order. */
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

    /** What follows the head, with chunk sizes if there are any. */
    public String body() {
        return text.substring(endOfHead() + 4);
    }

    /** Whether a client would take the answer for a whole one. */
    public boolean looksComplete() {
        if (header("Transfer-Encoding") != null) {
            return body().endsWith("0\r\n\r\n");
        }
        String length = header("Content-Length");
        return length == null || body().length() == Integer.parseInt(length);
    }

    private int endOfHead() {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no answer but \"" + text + "\"");
        }
        return end;
    }
}
