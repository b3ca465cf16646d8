package dev.vtsbasic.proxy.message;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What filters in front have put into a response, before there was anything of an answer in it. */
public final class ResponseSnapshot {
    private final HttpServletResponse response;
    private final Map<String, List<String>> fields = new LinkedHashMap<>();

    public ResponseSnapshot(HttpServletResponse response) {
        this.response = response;
        response.getHeaderNames().forEach(name -> fields.put(name, new ArrayList<>(response.getHeaders(name))));
    }

    /** Takes back what has come of an answer since. */
    public void restore() {
        response.reset();
        fields.forEach((name, values) -> {
            response.setHeader(name, values.get(0));
            values.stream().skip(1).forEach(value -> response.addHeader(name, value));
        });
    }
}
