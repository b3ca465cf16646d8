package dev.vtsbasic.limit;

import io.github.bucket4j.Bucket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a token bucket for each recent client, in two generations. A request moves its client's bucket to the young
 * generation. When the young generation is too old or full, it becomes the old one, and the buckets that are left in
 * the previous old generation are dropped. Safe for any number of threads.
 *
 * <p>A generation lasts as long as a bucket takes to fill, at least a second, so that a dropped bucket was full. Only a
 * flood of addresses makes a generation shorter, because memory must have a bound. Even then, a client keeps its bucket
 * if it sends a request in each generation.
 */
final class ClientBuckets {
    private static final long MIN_LIFE_NANOS = 1_000_000_000;

    private final RateLimitPolicy policy;
    private final int maxClients;
    private final long lifeNanos;
    private volatile Generations generations;

    private record Generations(long since, Map<Long, Bucket> young, Map<Long, Bucket> old) {}

    /** @param maxClients number of clients after which a generation is full */
    ClientBuckets(RateLimitPolicy policy, int maxClients) {
        this.policy = policy;
        this.maxClients = maxClients;
        this.lifeNanos = Math.max(MIN_LIFE_NANOS, policy.rate().timeToFill().toNanos());
        this.generations = new Generations(now(), new ConcurrentHashMap<>(), Map.of());
    }

    private long now() {
        return policy.nanos().getAsLong();
    }

    Bucket of(long client) {
        Generations all = isOver(generations) ? next() : generations;
        Bucket known = all.young.get(client);
        if (known != null) {
            return known;
        }
        Bucket kept = all.old.get(client);
        Bucket bucket = kept == null ? policy.bucket() : kept;
        Bucket other = all.young.putIfAbsent(client, bucket);
        return other == null ? bucket : other;
    }

    private boolean isOver(Generations all) {
        return all.young.size() >= maxClients || now() - all.since >= lifeNanos;
    }

    private synchronized Generations next() {
        Generations all = generations;
        if (isOver(all)) {
            generations = new Generations(now(), new ConcurrentHashMap<>(), all.young);
        }
        return generations;
    }

    /** The number of buckets in both generations; a client in both counts twice. */
    int size() {
        return generations.young.size() + generations.old.size();
    }
}
