package dev.vtsbasic.conformance.harness;

import java.util.List;

/**
 * A message as it was read.
 *
 * @param framing how the end of the body was determined
 * @param complete whether the message ended as framed; a reader without this check accepts a cut response as a whole
 *     one
 */
public record Message(Head head, String body, Framing framing, List<Head.Field> trailers, boolean complete) {
    public enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        END
    }

    public int status() {
        return head.status();
    }

    /** The value of a trailer field; empty when there is none. */
    public String trailer(String name) {
        return trailers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Head.Field::value)
                .findFirst()
                .orElse("");
    }
}
