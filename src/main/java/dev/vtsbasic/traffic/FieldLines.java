package dev.vtsbasic.traffic;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * All field lines of one name in a request (RFC 9110 §5.2). No method returns the first line, because a client can put
 * any number of lines, and an empty one, before the line that the app reads.
 *
 * @param values the values of the lines, in their order
 */
public record FieldLines(List<String> values) {
    /** To be called on the container's thread, before the request becomes asynchronous. */
    public static FieldLines of(HttpServletRequest request, String name) {
        return new FieldLines(Collections.list(request.getHeaders(name)));
    }

    /** Whether the client sent the field, even an empty one. */
    public boolean arePresent() {
        return !values.isEmpty();
    }

    /** The value of a field that is a list (RFC 9110 §5.3); empty when the field is absent. */
    public String joined() {
        return String.join(", ", values);
    }

    /** The elements of a field that is a list of tokens, without empty ones (RFC 9110 §5.6.1.2). */
    public List<String> elements() {
        return values.stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /**
     * The value of a field that is not a list. Empty when the field is absent, and when it has several lines, because
     * recipients differ in which line they read.
     */
    public String single() {
        return values.size() == 1 ? values.get(0) : "";
    }
}
