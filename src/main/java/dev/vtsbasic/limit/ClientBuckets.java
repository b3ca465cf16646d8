package dev.vtsbasic.limit;

import io.github.bucket4j.Bucket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bucket for each client that has asked lately, in two generations: who asks is taken into the young one, and when that
 * is old, or full, those who stayed in the old one are forgotten. Safe for any number of threads.
 *
 * <p>A generation lasts for as long as a bucket takes to fill, so what is forgotten is as good as a new one; only a flood of
 * addresses makes it shorter, so that memory has a bound, and even then nobody is forgotten who asks again meanwhile.
 */
final class ClientBuckets {
    private static final long SHORTEST_NANOS = 1_000_000_000;

    private final Policy policy;
    private final int most;
    private final long lifeNanos;
    private volatile Generations generations;

    private record Generations(long since, Map<Long, Bucket> young, Map<Long, Bucket> old) {}

    /** @param most how many clients there are in a generation */
    ClientBuckets(Policy policy, int most) {
        this.policy = policy;
        this.most = most;
        this.lifeNanos = Math.max(SHORTEST_NANOS, policy.rate().timeToFill().toNanos());
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
        return all.young.size() >= most || now() - all.since >= lifeNanos;
    }

    private synchronized Generations next() {
        Generations all = generations;
        if (isOver(all)) {
            generations = new Generations(now(), new ConcurrentHashMap<>(), all.young);
        }
        return generations;
    }

    /** How many there are. */
    int size() {
        return generations.young.size() + generations.old.size();
    }
}
