package dev.vtsbasic.conformance.http2;

import dev.vtsbasic.conformance.harness.Head;
import java.util.List;

/**
 * What came.
 *
 * @param fields of a head or trailer section, pseudo fields among them
 * @param data octets, one in each character
 * @param code of an error
 * @param last whether it ends the stream
 */
public record Http2Event(Kind kind, List<Head.Field> fields, String data, long code, boolean last) {
    /** What came on a stream, or on the connection itself. */
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
