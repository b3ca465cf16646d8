package dev.vtsbasic.traffic;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Formats a request for the access log. Control characters and quotes that a client sends are escaped, so that they end
 * neither the line nor a quoted text.
 */
interface AccessLine {
    /** Returns a line without a line end. */
    String of(RequestRecord record);

    /** Returns 499, as nginx does, for a request whose client left before there was a response. */
    private static int statusOf(RequestRecord record) {
        return record.status() == 0 ? 499 : record.status();
    }

    /** The Combined Log Format, which most servers write and most tools read. */
    final class Combined implements AccessLine {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                        "dd/MMM/yyyy:HH:mm:ss xx", Locale.ROOT)
                .withZone(ZoneOffset.UTC);

        @Override
        public String of(RequestRecord record) {
            RequestLine request = record.line();
            StringBuilder line = new StringBuilder(256);
            escape(line, record.caller().address()).append(" - - [");
            TIME.formatTo(request.time(), line);
            line.append("] \"");
            escape(line, request.method()).append(' ');
            escape(line, request.path()).append(' ');
            escape(line, request.protocol()).append("\" ");
            line.append(statusOf(record)).append(' ').append(record.bytesSent()).append(" \"");
            escape(line, orDash(request.referer())).append("\" \"");
            return escape(line, orDash(request.userAgent())).append('"').toString();
        }

        private static String orDash(String text) {
            return text.isEmpty() ? "-" : text;
        }

        private static StringBuilder escape(StringBuilder line, String text) {
            for (int i = 0; i < text.length(); i++) {
                char character = text.charAt(i);
                if (character == '"' || character == '\\') {
                    line.append('\\').append(character);
                } else if (isControl(character)) {
                    line.append("\\x").append(hex(character >> 4)).append(hex(character));
                } else {
                    line.append(character);
                }
            }
            return line;
        }
    }

    /** A JSON object on one line. */
    final class Json implements AccessLine {
        @Override
        public String of(RequestRecord record) {
            RequestLine request = record.line();
            StringBuilder line = new StringBuilder(512);
            line.append("{\"time\":\"")
                    .append(request.time().truncatedTo(ChronoUnit.MILLIS))
                    .append("\",\"level\":\"info\",\"event\":\"request\"");
            text(line, "client", record.caller().address());
            text(line, "method", request.method());
            text(line, "path", request.path());
            text(line, "protocol", request.protocol());
            number(line, "status", statusOf(record));
            number(line, "bytes", record.bytesSent());
            number(line, "bytes_in", record.bytesReceived());
            millis(line, "first_byte_ms", record.firstByteNanos());
            millis(line, "total_ms", record.totalNanos());
            text(line, "kind", record.kind().name().toLowerCase(Locale.ROOT));
            text(line, "worker", record.worker());
            text(line, "coding", record.coding().name().toLowerCase(Locale.ROOT));
            if (record.isCached()) {
                line.append(",\"cached\":true");
            }
            if (record.wasHeld()) {
                millis(line, "held_ms", record.heldNanos());
            }
            if (record.retries() > 0) {
                number(line, "retries", record.retries());
            }
            if (record.shed() != null) {
                text(line, "shed", record.shed().name().toLowerCase(Locale.ROOT));
            }
            if (record.upstreamError() != null) {
                text(line, "cause", record.upstreamError().name().toLowerCase(Locale.ROOT));
            }
            if (record.hasClientDisconnected()) {
                line.append(",\"client_left\":true");
            }
            text(line, "request_id", record.caller().requestId());
            text(line, "trace_id", record.caller().traceId());
            text(line, "user_agent", request.userAgent());
            text(line, "referer", request.referer());
            return line.append('}').toString();
        }

        private static void number(StringBuilder line, String name, long value) {
            line.append(",\"").append(name).append("\":").append(value);
        }

        private static void millis(StringBuilder line, String name, long nanos) {
            long micros = nanos / 1000;
            number(line, name, micros / 1000);
            line.append('.').append((char) ('0' + micros / 100 % 10));
            line.append((char) ('0' + micros / 10 % 10)).append((char) ('0' + micros % 10));
        }

        /** Writes nothing for an empty value. */
        private static void text(StringBuilder line, String name, String value) {
            if (value.isEmpty()) {
                return;
            }
            line.append(",\"").append(name).append("\":\"");
            for (int i = 0; i < value.length(); i++) {
                char character = value.charAt(i);
                if (character == '"' || character == '\\') {
                    line.append('\\').append(character);
                } else if (isControl(character)) {
                    line.append("\\u00").append(hex(character >> 4)).append(hex(character));
                } else {
                    line.append(character);
                }
            }
            line.append('"');
        }
    }

    /** Whether it is a control character of ISO 8859-1, which is how containers decode header fields. */
    private static boolean isControl(char character) {
        return character < ' ' || character >= 0x7F && character <= 0x9F;
    }

    private static char hex(int nibble) {
        return Character.forDigit(nibble & 0xF, 16);
    }
}
