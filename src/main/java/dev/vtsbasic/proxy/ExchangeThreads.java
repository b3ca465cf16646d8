package dev.vtsbasic.proxy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
 * behind the requests that wait for them, nothing would ever move.
 */
final class ExchangeThreads implements AutoCloseable {
    private static final int THREADS = 200;
    private static final int QUEUE = 1000;
    private static final int NESTED_THREADS = 50;
    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private final ExecutorService outer;
    private final ExecutorService nested;
    private final ExecutorService relays;

    ExchangeThreads() {
        ExecutorService virtual = virtualThreads();
        if (virtual != null) {
            outer = virtual;
            nested = virtual;
            relays = virtual;
        } else {
            outer = pool("vts-exchange", THREADS, new ArrayBlockingQueue<>(QUEUE));
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

    private static ExecutorService pool(String name, int threads, ArrayBlockingQueue<Runnable> queue) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, queue, named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
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
        outer.shutdownNow();
        nested.shutdownNow();
        relays.shutdownNow();
    }
}
