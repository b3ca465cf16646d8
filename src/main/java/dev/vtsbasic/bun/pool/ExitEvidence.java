package dev.vtsbasic.bun.pool;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The requests that may have ended a worker.
 *
 * @param causes the requests that are not retried, because all evidence points to them. There are several only if they
 *     have the same method and path or, after a hang, the same id. The evidence is no proof, but a mistake costs a
 *     request only its retry.
 * @param suspects the requests that were in flight, see {@link RequestBlocklist}
 * @param doubts other requests that may have ended the worker, for example by a timer: event streams, WebSockets, and
 *     requests that ended before with or without a response
 */
record ExitEvidence(List<PoolLease> causes, List<PoolLease> suspects, List<PoolLease> doubts) {
    static final ExitEvidence NONE = new ExitEvidence(List.of(), List.of(), List.of());

    /** The longest time after its response in which a request may still end its worker, for example by a timer. */
    static final long MAX_DELAYED_EXIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A request younger than this is not the cause if SIGKILL ended the worker, for example because memory ran out. */
    private static final long MIN_AGE_AT_KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** This program may notice the end of a worker this long after the connection of a request broke off. */
    private static final long MAX_NOTICE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The longest time for which a worker may continue with a request that the proxy gave up. */
    private static final long MAX_GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The evidence for a worker that ended by itself. */
    static ExitEvidence ofExit(WorkerLoad load, BegunRequests begun) {
        return ofExit(load, begun, 0);
    }

    /** The evidence for a worker that SIGKILL ended. */
    static ExitEvidence ofKill(WorkerLoad load, BegunRequests begun) {
        return ofExit(load, begun, MIN_AGE_AT_KILL_NANOS);
    }

    private static ExitEvidence ofExit(WorkerLoad load, BegunRequests begun, long minAgeNanos) {
        long now = System.nanoTime();
        List<PoolLease> suspects = load.inFlightAtApp(begun);
        // Their clients disconnected, but the app's handlers may still run.
        List<PoolLease> abandoned = new ArrayList<>();
        for (PoolLease lease : load.givenUpAtApp(begun)) {
            long ago = now - lease.closedAt;
            if (ago < MAX_NOTICE_NANOS) {
                suspects.add(lease);
            } else if (ago < MAX_GIVEN_UP_NANOS) {
                abandoned.add(lease);
            }
        }
        long youngest = now - minAgeNanos;
        List<PoolLease> causes = causesAmong(suspects.isEmpty() ? abandoned : suspects);
        if (!areOlder(causes, youngest)) {
            causes = List.of();
        }
        if (!areOlder(suspects, youngest)) {
            return new ExitEvidence(causes, List.of(), List.of());
        }
        List<PoolLease> doubts = load.endlessAtApp(begun);
        doubts.addAll(abandoned);
        doubts.addAll(load.answeredSince(now - MAX_DELAYED_EXIT_NANOS));
        return new ExitEvidence(causes, suspects, doubts);
    }

    /** The only request, or the retries if all of them have the same method and path; otherwise empty. */
    private static List<PoolLease> causesAmong(List<PoolLease> candidates) {
        if (candidates.size() <= 1) {
            return candidates;
        }
        // A retry has already failed at a worker once; the other requests have not.
        List<PoolLease> retries =
                candidates.stream().filter(lease -> lease.request.isRetry()).toList();
        return RequestBlocklist.count(requests(retries)) == 1 ? retries : List.of();
    }

    private static boolean areOlder(List<PoolLease> leases, long nanoTime) {
        return leases.stream().allMatch(lease -> nanoTime - lease.sentAt() >= 0);
    }

    /**
     * The evidence for a worker that hangs. The request that it began last counts as the cause, but all in-flight
     * requests are suspects, because the handler of another request may have continued after a pause and now block the
     * event loop.
     */
    static ExitEvidence ofHang(WorkerLoad load, BegunRequests begun) {
        List<PoolLease> candidates = load.inFlightAtApp(begun);
        candidates.addAll(load.endlessAndGivenUp());
        List<PoolLease> causes = candidates.stream()
                .filter(lease -> !begun.last().isEmpty() && lease.request.id().equals(begun.last()))
                .toList();
        List<PoolLease> suspects = load.inFlightAtApp(begun);
        suspects.addAll(load.givenUpAtApp(begun));
        if (suspects.stream().noneMatch(lease -> lease.request.id().equals(begun.last()))) {
            return new ExitEvidence(causes, List.of(), List.of());
        }
        List<PoolLease> doubts = load.endlessAtApp(begun);
        // A worker that hangs sends no response, so the hang began after its last response.
        doubts.addAll(load.answeredBeforeLastResponse(MAX_DELAYED_EXIT_NANOS));
        return new ExitEvidence(causes, suspects, doubts);
    }

    Optional<LeasedRequest> cause() {
        return causes.stream().findFirst().map(lease -> lease.request);
    }

    List<LeasedRequest> suspectRequests() {
        return requests(suspects);
    }

    List<LeasedRequest> doubtRequests() {
        return requests(doubts);
    }

    private static List<LeasedRequest> requests(Collection<PoolLease> leases) {
        return leases.stream().map(lease -> lease.request).toList();
    }
}
