package dev.vtsbasic.manage;

import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Serves the management endpoints, except the status. Safe for any number of threads.
 *
 * <p>{@code /-/live} responds with 200 while this server runs. {@code /-/ready} probes the workers and responds with
 * 200 if one of them responds and neither a drain nor a stop has begun, otherwise with 503. Both have the format of
 * MicroProfile Health. {@code /-/metrics} has the metrics for Prometheus. {@code POST /-/restart} replaces the workers,
 * {@code /-/drain} reports "not ready", {@code /-/resume} ends a drain, and {@code /-/purge} removes responses from the
 * shared cache.
 */
public final class ManagementServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private static final Set<String> POST_ENDPOINTS = Set.of("/restart", "/drain", "/resume", "/purge");

    private final String prefix;
    private final transient ManagementAccess access;
    private final transient AdminOperations operations;
    private final transient Supplier<MetricsExporter> loadMetrics;
    private transient MetricsExporter metrics;

    /**
     * @param prefix path that this servlet is mapped to, without the context path and without a slash at the end
     * @param loadMetrics called at the first request for metrics
     */
    public ManagementServlet(
            String prefix, ManagementAccess access, AdminOperations operations, Supplier<MetricsExporter> loadMetrics) {
        this.prefix = prefix;
        this.access = access;
        this.operations = operations;
        this.loadMetrics = loadMetrics;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        RequestRecord.of(request).setKind(RequestKind.MANAGEMENT);
        super.service(request, response);
    }

    /**
     * Refuses TRACE, because {@code HttpServlet} would echo the request's header fields, which may hold credentials
     * (RFC 9110 §9.3.8).
     */
    @Override
    protected void doTrace(HttpServletRequest request, HttpServletResponse response) throws IOException {
        text(response, HttpServletResponse.SC_NOT_IMPLEMENTED, "TRACE is not supported");
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (endpoint(request)) {
            case "/live" -> json(response, HttpServletResponse.SC_OK, HealthReport.LIVE);
            case "/ready" -> {
                HealthReport health = operations.health();
                int status = health.ready() ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE;
                json(response, status, health.json());
            }
            case "/metrics" -> sendMetrics(request, response);
            case "/restart", "/drain", "/resume", "/purge" -> {
                response.setHeader("Allow", "POST");
                text(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "This needs POST");
            }
            default -> notFound(response);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String endpoint = endpoint(request);
        if (!POST_ENDPOINTS.contains(endpoint)) {
            notFound(response);
        } else if (!access.mayChange(request)) {
            text(
                    response,
                    HttpServletResponse.SC_FORBIDDEN,
                    "This needs VTS_MANAGEMENT_TOKEN as a bearer token; only the restart command of the server's user needs none");
        } else {
            change(endpoint, request, response);
        }
    }

    private void change(String endpoint, HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (endpoint) {
            case "/drain" -> {
                operations.beginDrain();
                text(
                        response,
                        HttpServletResponse.SC_OK,
                        "Draining: not ready, but all requests are served, until POST /resume or a stop");
            }
            case "/purge" -> purge(request.getQueryString(), response);
            case "/resume" -> {
                if (operations.endDrain()) {
                    text(response, HttpServletResponse.SC_OK, "The drain has ended");
                } else {
                    text(response, HttpServletResponse.SC_CONFLICT, "Too late: the server is about to stop");
                }
            }
            default -> {
                if (operations.restart()) {
                    text(
                            response,
                            HttpServletResponse.SC_ACCEPTED,
                            "The workers are being replaced, one after the other");
                } else {
                    text(
                            response,
                            HttpServletResponse.SC_CONFLICT,
                            "Nothing to restart: the app runs on VTS_UPSTREAM, which this server does not manage");
                }
            }
        }
    }

    private void purge(String query, HttpServletResponse response) throws IOException {
        if (query != null && !query.matches("path=/[^&]*(&.*)?")) {
            String sentence = "/purge?path=/some/page removes a page, /purge alone everything";
            text(response, HttpServletResponse.SC_BAD_REQUEST, sentence);
            return;
        }
        Optional<String> path = Optional.ofNullable(query).map(text -> text.replaceAll("^path=|&.*", ""));
        Optional<Integer> count = operations.purge(path);
        if (count.isPresent()) {
            text(response, HttpServletResponse.SC_OK, count.get() + " responses were removed from the cache");
        } else {
            text(response, HttpServletResponse.SC_CONFLICT, "There is no cache: VTS_CACHE is not set");
        }
    }

    private void sendMetrics(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!access.mayRead(request)) {
            text(response, HttpServletResponse.SC_FORBIDDEN, ManagementAccess.READ_REFUSED);
            return;
        }
        MetricsExporter exporter = metrics();
        String accept = FieldLines.of(request, "Accept").joined();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        exporter.write(accept, body);
        send(response, HttpServletResponse.SC_OK, exporter.contentType(accept), body.toByteArray());
    }

    private synchronized MetricsExporter metrics() {
        if (metrics == null) {
            metrics = loadMetrics.get();
        }
        return metrics;
    }

    private String endpoint(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return path.startsWith(prefix) ? path.substring(prefix.length()) : path;
    }

    private static void notFound(HttpServletResponse response) throws IOException {
        text(
                response,
                HttpServletResponse.SC_NOT_FOUND,
                "The endpoints are live, ready, metrics, restart, drain, resume and purge");
    }

    private static void text(HttpServletResponse response, int status, String sentence) throws IOException {
        byte[] body = (sentence + "\n").getBytes(StandardCharsets.UTF_8);
        send(response, status, "text/plain; charset=utf-8", body);
    }

    private static void json(HttpServletResponse response, int status, String json) throws IOException {
        send(response, status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpServletResponse response, int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        response.setHeader("Content-Type", type);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
