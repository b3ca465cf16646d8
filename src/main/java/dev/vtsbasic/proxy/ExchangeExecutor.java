package dev.vtsbasic.proxy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that exchanges run on: a virtual thread each where Java has them (21 and newer), else a bounded pool with
 * a queue.
 *
 * <p>The pool keeps some threads for requests that the app makes to its own front while it renders: if those had to wait
 * behind the requests that wait for them, nothing would ever move. And it grows by one for each event stream that one of
 * its threads is busy with for as long as a page is open.
 */
final class ExchangeExecutor implements AutoCloseable {
    private static final int THREADS = 200;
    private static final int QUEUE = 1000;
    private static final int NESTED_THREADS = 50;
    private static final int LAST_SECONDS = 2;

    /** Each of them costs a thread here; with more, they take the threads of others. */
    private static final int EVENT_STREAMS = 2000;

    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private final ExecutorService outer;
    private final ExecutorService nested;
    private final ExecutorService relays;

    /** @param mostRequests how many there is memory for */
    ExchangeExecutor(int mostRequests) {
        ExecutorService virtual = virtualThreads();
        if (virtual != null) {
            outer = virtual;
            nested = virtual;
            relays = virtual;
        } else {
            int queue = Math.max(NESTED_THREADS, Math.min(QUEUE, mostRequests - THREADS));
            outer = pool("vts-exchange", THREADS, new ArrayBlockingQueue<>(queue));
            nested = pool("vts-nested", NESTED_THREADS, new ArrayBlockingQueue<>(QUEUE));
            // Never more than there are exchanges.
            relays = Executors.newCachedThreadPool(named("vts-relay"));
        }
    }

    /** Whether the caller's thread may wait for as long as it likes. */
    static boolean currentIsVirtual() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the caller's thread runs an exchange or a part of one, and is not the container's. */
    static boolean currentIsOurs() {
        return currentIsVirtual() || Thread.currentThread() instanceof OwnThread;
    }

    /**
     * @param fromOurselves whether the request may come from the app itself
     * @throws RejectedExecutionException when all threads are busy and the queue is full
     */
    void execute(boolean fromOurselves, Runnable exchange) {
        (fromOurselves ? nested : outer).execute(exchange);
    }

    /** Runs the second half of an exchange that already has a thread. */
    void executeRelay(Runnable relay) {
        relays.execute(relay);
    }

    /** Says that the current thread is busy without end in sight, so that another one is to take its place. */
    static void makeRoom() {
        if (Thread.currentThread() instanceof PooledThread thread && !thread.extra) {
            thread.extra = thread.pool.grow(1);
        }
    }

    private static ExecutorService pool(String name, int threads, ArrayBlockingQueue<Runnable> queue) {
        return new GrowingPool(name, threads, queue);
    }

    private static class OwnThread extends Thread {
        OwnThread(Runnable work, String name) {
            super(work, name);
            setDaemon(true);
        }
    }

    private static final class PooledThread extends OwnThread {
        private final GrowingPool pool;
        private boolean extra;

        PooledThread(GrowingPool pool, Runnable work, String name) {
            super(work, name);
            this.pool = pool;
        }
    }

    /** A pool of a fixed size, and one more for each thread that has made room. */
    private static final class GrowingPool extends ThreadPoolExecutor {
        private final int most;

        GrowingPool(String name, int threads, ArrayBlockingQueue<Runnable> queue) {
            super(threads, threads, 30, TimeUnit.SECONDS, queue);
            most = threads + EVENT_STREAMS;
            AtomicInteger count = new AtomicInteger();
            setThreadFactory(work -> new PooledThread(this, work, name + "-" + count.incrementAndGet()));
            allowCoreThreadTimeOut(true);
        }

        private synchronized boolean grow(int by) {
            int size = getCorePoolSize() + by;
            if (size > most) {
                return false;
            }
            // The core is never to be larger than the maximum, not even for a moment.
            if (by > 0) {
                setMaximumPoolSize(size);
                setCorePoolSize(size);
            } else {
                setCorePoolSize(size);
                setMaximumPoolSize(size);
            }
            return true;
        }

        @Override
        protected void afterExecute(Runnable work, Throwable failure) {
            if (Thread.currentThread() instanceof PooledThread thread && thread.extra) {
                thread.extra = false;
                grow(-1);
            }
        }
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> new OwnThread(task, name + "-" + count.incrementAndGet());
    }

    private static ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static MethodHandle isVirtual() {
        try {
            return MethodHandles.lookup().findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    @Override
    public void close() {
        List<ExecutorService> all = List.of(outer, nested, relays);
        all.forEach(ExecutorService::shutdownNow);
        try {
            for (ExecutorService threads : all) {
                threads.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
