package dev.vtsbasic.conformance.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads HTTP/1.1 messages strictly from a connection. */
final class MessageReader {
    private final Wire wire;

    MessageReader(Wire wire) {
        this.wire = wire;
    }

    /** Reads the head of a message: its first line and its fields. */
    Head head() throws IOException {
        return Head.parse(headBytes());
    }

    private byte[] headBytes() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int newlines = 0;
        while (newlines < 2) {
            int b = wire.read();
            if (b < 0) {
                throw new AssertionError("connection " + wire.end() + " instead of a message"
                        + (head.size() == 0 ? "" : " after " + Text.quote(head.toByteArray())));
            }
            head.write(b);
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
        return head.toByteArray();
    }

    /** Reads the data of the next chunk; empty for the last one, whose trailer section is not yet read. */
    String chunk() throws IOException {
        StringBuilder size = new StringBuilder();
        for (int b = wire.read(); b != '\n'; b = wire.read()) {
            Check.that(b >= 0, "connection " + wire.end() + " instead of a chunk");
            size.append((char) b);
        }
        String digits = size.toString();
        Check.that(digits.matches("[0-9a-fA-F]{1,15}\r"), "not a chunk size: " + Text.quote(digits));
        int length = Integer.parseInt(digits.strip(), 16);
        String data = wire.text(length);
        if (length > 0) {
            wire.expect("\r\n");
        }
        return data;
    }

    /** Reads a whole request, or the part that came before the connection ended. */
    Message request() throws IOException {
        Head head = head();
        Check.that(
                head.startLine().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ \\x00-\\x1f\\x7f]+ HTTP/1\\.[01]"),
                "not a request line: " + Text.quote(head.startLine()));
        boolean body = head.has("Content-Length") || head.has("Transfer-Encoding");
        return body ? body(head, false) : new Message(head, "", Message.Framing.NONE, List.of(), true);
    }

    /** Reads a whole response to a request with {@code method}, or the part that came before the connection ended. */
    Message response(String method) throws IOException {
        Head head = head();
        int status = head.status();
        if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
            return new Message(head, "", Message.Framing.NONE, List.of(), true);
        }
        return body(head, true);
    }

    private Message body(Head head, boolean toEnd) throws IOException {
        List<String> codings = head.all("Transfer-Encoding");
        List<String> lengths = head.all("Content-Length");
        Check.that(codings.isEmpty() || lengths.isEmpty(), "both Transfer-Encoding and Content-Length: " + head);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (!codings.isEmpty()) {
            Check.equal(
                    "Transfer-Encoding", "chunked", String.join(", ", codings).toLowerCase(Locale.ROOT));
            return chunked(head, body);
        }
        if (!lengths.isEmpty()) {
            Check.that(lengths.size() == 1 && lengths.get(0).matches("0*\\d{1,18}"), "bad Content-Length in " + head);
            long length = Long.parseLong(lengths.get(0));
            for (int b = 0; body.size() < length && (b = wire.read()) >= 0; ) {
                body.write(b);
            }
            return new Message(head, Wire.latin1(body), Message.Framing.LENGTH, List.of(), body.size() == length);
        }
        Check.that(toEnd, "a request without a length");
        for (int b = wire.read(); b >= 0; b = wire.read()) {
            body.write(b);
        }
        return new Message(head, Wire.latin1(body), Message.Framing.END, List.of(), wire.end() == Wire.End.CLOSED);
    }

    private Message chunked(Head head, ByteArrayOutputStream body) throws IOException {
        List<Head.Field> trailers = new ArrayList<>();
        boolean complete = false;
        while (!complete && !wire.isAtEnd()) {
            StringBuilder size = new StringBuilder();
            int b = wire.read();
            for (; b >= 0 && b != '\n'; b = wire.read()) {
                size.append((char) b);
            }
            if (b < 0) {
                break;
            }
            Check.that(
                    size.toString().matches("[0-9a-fA-F]{1,15}\r"), "not a chunk size: " + Text.quote(size.toString()));
            long length = Long.parseLong(size.toString().strip(), 16);
            for (long left = length; left > 0 && (b = wire.read()) >= 0; left--) {
                body.write(b);
            }
            if (length > 0) {
                int cr = wire.read();
                int lf = cr < 0 ? cr : wire.read();
                Check.that(lf < 0 || cr == '\r' && lf == '\n', "no CRLF after a chunk");
            } else {
                trailers.addAll(trailers());
                complete = true;
            }
        }
        return new Message(head, Wire.latin1(body), Message.Framing.CHUNKED, trailers, complete);
    }

    private List<Head.Field> trailers() throws IOException {
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        section.writeBytes(Wire.latin1("trailers\r\n"));
        int newlines = 1;
        while (newlines < 2) {
            int b = wire.read();
            Check.that(b >= 0, "connection " + wire.end() + " in the trailers");
            section.write(b);
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
        return Head.parse(section.toByteArray()).fields();
    }
}
