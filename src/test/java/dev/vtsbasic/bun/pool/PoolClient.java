package dev.vtsbasic.bun.pool;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A client that leases workers of a pool for its requests. */
final class PoolClient {
    static final Worker ONE = new Worker("worker-1", InetSocketAddress.createUnresolved("localhost", 1));
    static final Worker TWO = new Worker("worker-2", InetSocketAddress.createUnresolved("localhost", 1));

    private final LeastLoadedPool pool;

    PoolClient(LeastLoadedPool pool) {
        this.pool = pool;
    }

    WorkerLease lease() throws InterruptedException {
        return pool.lease(null, farAway()).orElseThrow();
    }

    WorkerLease leased(String path, boolean replay) throws InterruptedException {
        return pool.lease(null, farAway(), new Asking(path, replay)).orElseThrow();
    }

    WorkerLease begun(String path, boolean replay) throws InterruptedException {
        WorkerLease lease = leased(path, replay);
        lease.begin();
        return lease;
    }

    WorkerLease begun(LeasedRequest request) throws InterruptedException {
        WorkerLease lease = pool.lease(null, farAway(), new Asking(request)).orElseThrow();
        lease.begin();
        return lease;
    }

    static void answer(WorkerLease lease) {
        lease.markAnswered();
        lease.close();
    }

    /** What is known when the app was given these requests and no other. */
    static BegunRequests given(String... paths) {
        List<String> ids = Stream.of(paths).map(path -> "id of " + path).toList();
        return new BegunRequests(Set.copyOf(ids), ids.get(ids.size() - 1), true);
    }

    static long farAway() {
        return System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    }

    /** A request that finds a worker at once, or is blocked. */
    static final class Asking implements WorkerPool.Seeker {
        private final LeasedRequest request;
        private boolean blocked;

        Asking(String path, boolean replay) {
            LeasedRequest first = LeasedRequest.of("id of " + path, "GET", path);
            this.request = replay ? first.asRetry() : first;
        }

        Asking(LeasedRequest request) {
            this.request = request;
        }

        @Override
        public LeasedRequest request() {
            return request;
        }

        boolean blocked() {
            return blocked;
        }

        @Override
        public void onBlocked() {
            blocked = true;
        }

        @Override
        public void onWait() {
            throw new AssertionError("there is a worker");
        }

        @Override
        public void onRejected() {
            throw new AssertionError("nobody waits");
        }
    }
}
