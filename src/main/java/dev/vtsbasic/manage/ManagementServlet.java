package dev.vtsbasic.manage;

import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * {@code /-/live} and {@code /-/ready}, in the shape of MicroProfile Health: the first says that this front answers,
 * the second that Bun does, asked at that moment. Safe for any number of threads.
 */
public final class ManagementServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** Looked up once: each static method of {@code jakarta.json.Json} searches for its provider anew. */
    private static final JsonBuilderFactory JSON = JsonProvider.provider().createBuilderFactory(Map.of());

    private final String prefix;
    private final transient BooleanSupplier bunAnswers;

    /**
     * @param prefix path that this servlet is mapped to, without a slash at the end
     * @param bunAnswers asks Bun; may take a while
     */
    public ManagementServlet(String prefix, BooleanSupplier bunAnswers) {
        this.prefix = prefix;
        this.bunAnswers = bunAnswers;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        String endpoint = path.startsWith(prefix) ? path.substring(prefix.length()) : path;
        switch (endpoint) {
            case "/live" -> answer(response, "front", true);
            case "/ready" -> answer(response, "bun", bunAnswers.getAsBoolean());
            default -> {
                response.setStatus(HttpServletResponse.SC_NOT_FOUND);
                response.setHeader("Content-Type", "text/plain; charset=utf-8");
                response.getOutputStream().print("404 Not Found; there are live and ready\n");
            }
        }
    }

    private static void answer(HttpServletResponse response, String check, boolean up) throws IOException {
        String status = up ? "UP" : "DOWN";
        JsonObject json = JSON.createObjectBuilder()
                .add("status", status)
                .add(
                        "checks",
                        JSON.createArrayBuilder()
                                .add(JSON.createObjectBuilder()
                                        .add("name", check)
                                        .add("status", status)))
                .build();
        byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
        response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Content-Type", "application/json");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
