package dev.vtsbasic.traffic;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * All field lines of one name in a request (RFC 9110 §5.2). There is no way to ask for the first one, because a client can
 * put any number of lines, and an empty one, before the line that the app goes by.
 *
 * @param values of the lines, in their order
 */
public record FieldLines(List<String> values) {
    /** Only on the container's thread, and before the request is made asynchronous. */
    public static FieldLines of(HttpServletRequest request, String name) {
        return new FieldLines(Collections.list(request.getHeaders(name)));
    }

    /** Whether the field was sent, even if it is empty. */
    public boolean arePresent() {
        return !values.isEmpty();
    }

    /** The value of a field that is a list (RFC 9110 §5.3); empty when there is none. */
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
     * The value of a field that is no list. Empty when there is none, and when there are several lines, because readers
     * differ in which of them counts.
     */
    public String single() {
        return values.size() == 1 ? values.get(0) : "";
    }
}
