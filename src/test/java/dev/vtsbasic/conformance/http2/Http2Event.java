package dev.vtsbasic.conformance.http2;

import dev.vtsbasic.conformance.harness.Head;
import java.util.List;

/**
 * A received event.
 *
 * @param fields fields of a head or trailer section, including pseudo header fields
 * @param data bytes of data; each character is a byte
 * @param code error code
 * @param last whether the event ends the stream
 */
public record Http2Event(Kind kind, List<Head.Field> fields, String data, long code, boolean last) {
    /** The kind of event on a stream or on the connection itself. */
    public enum Kind {
        HEAD,
        DATA,
        RESET,
        GOAWAY,
        CLOSED
    }

    public String field(String name) {
        return String.join(
                ", ",
                fields.stream()
                        .filter(field -> field.name().equals(name))
                        .map(Head.Field::value)
                        .toList());
    }

    public int status() {
        return Integer.parseInt(field(":status"));
    }
}
