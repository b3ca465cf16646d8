package dev.vtsbasic.testing.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A fault of workers under constant load: no request may fail, and only responses that a worker had begun when it was
 * killed may break off. Each worker always sends one response that takes seconds, so that every fault meets a response
 * in flight.
 */
public final class FaultUnderLoad {
    /**
     * Requests per second. On Java 17 the server holds 1,200 requests while no worker responds, so an outage may last
     * seven seconds here.
     */
    private static final int PER_SECOND = LongSet.count(100, 150);

    private static final Duration BEFORE = Duration.ofSeconds(LongSet.count(1, 2));
    private static final Duration AFTER = Duration.ofSeconds(LongSet.count(1, 2));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Latencies before this time are left out, because the JVM has compiled little of the server's code by then. */
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private static final int LONG_PIECES = 3000 / OpenLoop.PIECE_MILLIS;

    /** Makes workers fail, and returns when others have replaced them. */
    public interface Fault {
        Effect strike(Vts vts, Map<Integer, FaultyApp.Running> workers) throws Exception;
    }

    /**
     * The effect of a fault.
     *
     * @param killed process ids of the workers whose responses may have broken off
     * @param at a time, as of {@link System#nanoTime}, after which these workers began no response
     */
    public record Effect(Set<Long> killed, long at) {
        public static final Effect NONE = new Effect(Set.of(), 0);
    }

    private FaultUnderLoad() {}

    public static void through(String name, Vts vts, Fault fault) throws Exception {
        try (OpenLoop loop = OpenLoop.start(vts.uri(), PER_SECOND)) {
            long first = System.nanoTime();
            loop.go(BEFORE);
            Map<Integer, FaultyApp.Running> workers = FaultyApp.workers(vts);
            Map<Long, BegunResponse> responses = longResponses(vts, workers.size());
            long from = System.nanoTime();
            Effect effect = fault.strike(vts, workers);
            long to = System.nanoTime();
            loop.go(AFTER);
            List<OpenLoop.Asked> all = loop.finish(PATIENCE);
            report(name, all, first + WARM_UP.toNanos(), from, to);
            for (Map.Entry<Long, BegunResponse> response : responses.entrySet()) {
                boolean whole = response.getValue().end().looksComplete();
                assertEquals(!effect.killed().contains(response.getKey()), whole, name + ": pid " + response.getKey());
            }
            assertEquals(List.of(), what(all, OpenLoop.Outcome.FAILED), vts.output());
            boolean cutsAreOfTheKilled = all.stream()
                    .filter(asked -> asked.outcome() == OpenLoop.Outcome.CUT)
                    .allMatch(asked -> !effect.killed().isEmpty() && asked.due() < effect.at());
            assertTrue(cutsAreOfTheKilled, () -> what(all, OpenLoop.Outcome.CUT) + "\n" + vts.output());
        }
    }

    /** A response whose first part has been read. */
    private record BegunResponse(RawClient client, String start) {
        /** Reads the rest. On a busy machine the whole response may come at once, and then with a Content-Length. */
        RawResponse end() throws IOException {
            try (client) {
                return new RawResponse(start + client.readRest());
            }
        }
    }

    /** Begins one response of each worker that takes seconds, and returns them by the worker's process id. */
    private static Map<Long, BegunResponse> longResponses(Vts vts, int workers) throws IOException {
        Map<Long, BegunResponse> responses = new HashMap<>();
        for (int i = 0; responses.size() < workers; i++) {
            assertFalse(i > 100, "a worker gets no requests");
            RawClient client = new RawClient(vts.uri().getPort())
                    .send("GET /stream?number=0&pieces=" + LONG_PIECES
                            + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String head = client.readUntil("stream of ");
            String pid = client.readUntil(" ");
            BegunResponse another = responses.put(Long.parseLong(pid.strip()), new BegunResponse(client, head + pid));
            if (another != null) {
                another.client().close();
            }
        }
        return responses;
    }

    private static List<String> what(List<OpenLoop.Asked> all, OpenLoop.Outcome outcome) {
        return all.stream()
                .filter(asked -> asked.outcome() == outcome)
                .map(OpenLoop.Asked::what)
                .collect(Collectors.toList());
    }

    private static void report(String name, List<OpenLoop.Asked> all, long first, long from, long to) {
        long[] before = latencies(all, asked -> asked.due() >= first && asked.end() < from);
        long[] during = latencies(all, asked -> asked.due() < to && asked.end() >= from);
        System.out.printf(
                Locale.ROOT,
                "%-26s %5d requests, %d failed, %d cut; before: p99 %d ms, max %d ms; during %.1f s: p99 %d ms, max %d ms;"
                        + " added %d ms%n",
                name + ":",
                all.size(),
                what(all, OpenLoop.Outcome.FAILED).size(),
                what(all, OpenLoop.Outcome.CUT).size(),
                share(before, 99),
                share(before, 100),
                (to - from) / 1e9,
                share(during, 99),
                share(during, 100),
                share(during, 100) - share(before, 100));
    }

    private static long[] latencies(List<OpenLoop.Asked> all, Predicate<OpenLoop.Asked> which) {
        return all.stream()
                .filter(which)
                .mapToLong(asked -> asked.latencyNanos() / 1_000_000)
                .sorted()
                .toArray();
    }

    private static long share(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100];
    }
}
