package dev.vtsbasic.testing.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vtsbasic.testing.server.Program;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Predicate;

/** Requests a server's status and posts the forms of its status page. */
public final class StatusClient {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final ObjectMapper JSON = new ObjectMapper();

    private StatusClient() {}

    /** Polls the status until it matches. */
    public static JsonNode await(URI site, Predicate<JsonNode> wanted) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        JsonNode status = JSON.readTree(get(site, "/-/status").body());
        while (!wanted.test(status) && System.nanoTime() < deadline) {
            status = JSON.readTree(get(site, "/-/status").body());
        }
        return status;
    }

    public static HttpResponse<String> get(URI site, String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(site, path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public static HttpResponse<String> post(URI site, String action, String form, String... headers) throws Exception {
        HttpRequest.Builder request = request(site, "/-/status/" + action)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public static HttpRequest.Builder request(URI site, String path) {
        return HttpRequest.newBuilder(site.resolve(path)).timeout(Program.PATIENCE);
    }

    public static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElse("");
    }
}
