package dev.vtsbasic.proxy.message;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header fields that filters have set on a response before an attempt adds its own. It is used to undo the attempt.
 * Not thread-safe.
 */
public final class ResponseSnapshot {
    private final HttpServletResponse response;
    private final Map<String, List<String>> fields = new LinkedHashMap<>();

    /** Copies the header fields that the response has now. */
    public ResponseSnapshot(HttpServletResponse response) {
        this.response = response;
        response.getHeaderNames().forEach(name -> fields.put(name, new ArrayList<>(response.getHeaders(name))));
    }

    /**
     * Resets the response and sets the copied header fields again.
     *
     * @throws IllegalStateException when the response is committed
     */
    public void restore() {
        response.reset();
        fields.forEach((name, values) -> {
            response.setHeader(name, values.get(0));
            values.stream().skip(1).forEach(value -> response.addHeader(name, value));
        });
    }
}
