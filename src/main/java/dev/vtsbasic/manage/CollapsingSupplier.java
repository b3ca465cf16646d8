package dev.vtsbasic.manage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Collapses concurrent calls of a supplier: callers that arrive while it runs wait for the same result, so that many
 * callers cost no more than one. Safe for any number of threads.
 */
public final class CollapsingSupplier<T> implements Supplier<T> {
    private final Supplier<T> supplier;
    private final AtomicReference<CompletableFuture<T>> inFlight = new AtomicReference<>();

    public CollapsingSupplier(Supplier<T> supplier) {
        this.supplier = supplier;
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.CompletionException in a caller that waited, with the failure of the supplier as its
     *     cause; the caller that ran the supplier gets the failure itself
     */
    @Override
    public T get() {
        CompletableFuture<T> own = new CompletableFuture<>();
        CompletableFuture<T> others = inFlight.compareAndExchange(null, own);
        if (others != null) {
            return others.join();
        }
        try {
            T result = supplier.get();
            // Before complete(), so that a caller that has this result and calls again gets a newer one.
            inFlight.set(null);
            own.complete(result);
            return result;
        } catch (RuntimeException | Error e) {
            inFlight.set(null);
            own.completeExceptionally(e);
            throw e;
        }
    }
}
