package dev.vtsbasic.testing.mix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests of well-behaved clients, concurrent with clients that abort, send malformed bodies, read slowly, get
 * responses before they have sent their bodies, or leave streams and WebSockets. Each request has a token of its own in
 * its path, a header field and its body. Each response must consist of that token and end as framed. The app is
 * {@code endpoints.js}.
 *
 * <p>{@code -Dtest.mix.requests} sets the number of requests of well-behaved clients, {@code -Dtest.mix.seed} the
 * random choice.
 */
public final class RequestMix {
    private static final int REQUESTS = Integer.getInteger("test.mix.requests", LongSet.count(400, 2_000));
    private static final int CLIENTS = 40;
    private static final int MAX_FAILURES = 20;
    private static final int MAX_REPORTED = 5;

    private final int port;
    private final long seed;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private RequestMix(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Sends the mix to a port of 127.0.0.1 and fails when a response was wrong. */
    public static void assertEachGetsItsOwnResponse(int port) throws Exception {
        RequestMix mix = new RequestMix(port, Long.getLong("test.mix.seed", System.nanoTime()));
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(mix.seed + i);
            clients.execute(() -> mix.run(random));
        }
        clients.shutdown();
        assertTrue(clients.awaitTermination(2, TimeUnit.HOURS));
        List<String> some = mix.failures.stream().limit(MAX_REPORTED).toList();
        assertEquals(
                List.of(),
                some,
                () -> mix.failures.size() + " failures " + mix.kinds() + " among " + mix.asked + " requests, "
                        + mix.answered + " of well-behaved clients; seed " + mix.seed);
        assertTrue(mix.answered.get() >= REQUESTS);
    }

    /** The number of failures by kind of client. */
    private Map<String, Integer> kinds() {
        Map<String, Integer> kinds = new TreeMap<>();
        for (String failure : failures) {
            kinds.merge(failure.substring(0, failure.indexOf(' ')), 1, Integer::sum);
        }
        return kinds;
    }

    private void run(Random random) {
        MixConnection kept = null;
        try {
            while (answered.get() < REQUESTS && failures.size() < MAX_FAILURES) {
                if (random.nextInt(10) < 6) {
                    if (kept != null && kept.isIdle()) {
                        kept.close();
                        kept = null;
                    }
                    if (kept == null) {
                        kept = new MixConnection(port);
                    }
                    kept = played(kept, random, ClientBehavior.USUAL);
                    answered.incrementAndGet();
                } else {
                    ClientBehavior kind = ClientBehavior.ofOthers(random);
                    MixConnection connection = played(new MixConnection(port), random, kind);
                    if (connection != null) {
                        connection.close();
                    }
                }
            }
            if (kept != null) {
                played(kept, random, ClientBehavior.END);
                kept.close();
            }
        } catch (IOException e) {
            failures.add("no connection: " + e);
        }
    }

    /** Plays a request; returns null when the connection cannot be used for another one. */
    private MixConnection played(MixConnection connection, Random random, ClientBehavior kind) throws IOException {
        String token = String.format(Locale.ROOT, "t%07d", asked.incrementAndGet());
        connection.begin();
        boolean good = false;
        try {
            good = kind.play(connection, random, token);
        } catch (IOException | AssertionError | RuntimeException e) {
            failures.add(kind + " " + token + ": " + e + "\n sent " + connection.sent() + "\n received "
                    + connection.received());
        }
        if (!good) {
            connection.close();
        }
        return good ? connection : null;
    }
}
