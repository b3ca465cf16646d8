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
 * Runs exchanges: each on a virtual thread where Java has them (21 and newer), otherwise on a bounded pool with a
 * queue.
 *
 * <p>A second pool runs the requests that the app sends to this server while it renders a page. In a single pool they
 * could wait behind the requests that wait for them, a deadlock. A pool grows by one thread for each event stream that
 * one of its threads is busy with, because that lasts for as long as a page is open.
 */
final class ExchangeExecutor implements AutoCloseable {
    private static final int THREADS = 200;
    private static final int QUEUE = 1000;
    private static final int NESTED_THREADS = 50;
    private static final int STOP_TIMEOUT_SECONDS = 2;

    /** Maximum number of event streams for which a pool grows; further ones occupy the threads of other requests. */
    private static final int MAX_EVENT_STREAMS = 2000;

    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private final ExecutorService clients;
    private final ExecutorService nested;
    private final ExecutorService relays;

    /** @param maxRequests the number of requests that the heap has memory for */
    ExchangeExecutor(int maxRequests) {
        ExecutorService virtual = virtualThreads();
        if (virtual != null) {
            clients = virtual;
            nested = virtual;
            relays = virtual;
        } else {
            int queue = Math.max(NESTED_THREADS, Math.min(QUEUE, maxRequests - THREADS));
            clients = pool("vts-exchange", THREADS, new ArrayBlockingQueue<>(queue));
            nested = pool("vts-nested", NESTED_THREADS, new ArrayBlockingQueue<>(QUEUE));
            // No bound here, because the number of exchanges, event streams and tunnels bounds the tasks.
            relays = Executors.newCachedThreadPool(namedThreads("vts-relay"));
        }
    }

    /** Whether the current thread is virtual, so that it may wait for any time. */
    static boolean isVirtualThread() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the current thread runs an exchange or a part of one, and is not one of the container's own pool. */
    static boolean isExchangeThread() {
        return isVirtualThread() || Thread.currentThread() instanceof OwnThread;
    }

    /**
     * @param fromThisMachine whether the request may come from the app itself
     * @throws RejectedExecutionException when all threads are busy and the queue is full
     */
    void execute(boolean fromThisMachine, Runnable exchange) {
        (fromThisMachine ? nested : clients).execute(exchange);
    }

    /** Runs a part of an exchange, an event stream or a tunnel on a thread of its own. */
    void executeRelay(Runnable relay) {
        relays.execute(relay);
    }

    /** Adds a thread to the current thread's pool, because an endless response occupies the current thread. */
    static void replaceCurrentThread() {
        if (Thread.currentThread() instanceof PooledThread thread && !thread.replaced) {
            thread.replaced = thread.pool.grow(1);
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
        private boolean replaced;

        PooledThread(GrowingPool pool, Runnable work, String name) {
            super(work, name);
            this.pool = pool;
        }
    }

    /** A pool of a fixed size, and one thread more for each that was replaced. */
    private static final class GrowingPool extends ThreadPoolExecutor {
        private final int maxThreads;

        GrowingPool(String name, int threads, ArrayBlockingQueue<Runnable> queue) {
            super(threads, threads, 30, TimeUnit.SECONDS, queue);
            maxThreads = threads + MAX_EVENT_STREAMS;
            AtomicInteger count = new AtomicInteger();
            setThreadFactory(work -> new PooledThread(this, work, name + "-" + count.incrementAndGet()));
            allowCoreThreadTimeOut(true);
        }

        private synchronized boolean grow(int by) {
            int size = getCorePoolSize() + by;
            if (size > maxThreads) {
                return false;
            }
            // In this order, because the core size must never be larger than the maximum.
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
            if (Thread.currentThread() instanceof PooledThread thread && thread.replaced) {
                thread.replaced = false;
                grow(-1);
            }
        }
    }

    private static ThreadFactory namedThreads(String name) {
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
        List<ExecutorService> all = List.of(clients, nested, relays);
        all.forEach(ExecutorService::shutdownNow);
        try {
            for (ExecutorService threads : all) {
                threads.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
