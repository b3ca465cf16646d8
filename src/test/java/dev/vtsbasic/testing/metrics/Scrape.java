package dev.vtsbasic.testing.metrics;

import dev.vtsbasic.testing.server.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The metrics of an instance at one time.
 *
 * @param text as received
 * @param samples values by name and labels, {@code name{label="value"}}
 */
public record Scrape(String text, SortedMap<String, Double> samples) {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static Scrape of(URI server) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/-/metrics"))
                .timeout(Program.PATIENCE)
                .build();
        HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return parse(response.body());
    }

    public static Scrape parse(String text) {
        SortedMap<String, Double> samples = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return new Scrape(text, samples);
    }

    /** Scrapes until {@code wanted} holds or the time is over, and returns the last scrape. */
    public static Scrape await(URI server, Predicate<Scrape> wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        Scrape scrape = of(server);
        while (!wanted.test(scrape) && System.nanoTime() < deadline) {
            scrape = of(server);
        }
        return scrape;
    }

    /** The value of a sample; 0 when there is no such sample. */
    public double value(String sample) {
        return samples.getOrDefault(sample, 0.0);
    }

    /** The non-zero samples of the metrics with matching names. */
    public SortedMap<String, Double> counts(Predicate<String> name) {
        return samples.entrySet().stream()
                .filter(sample ->
                        sample.getValue() != 0 && name.test(sample.getKey().replaceFirst("\\{.*", "")))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Double::sum, TreeMap::new));
    }
}
