package dev.vtsbasic.manage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Collapses concurrent calls of a supplier: callers that arrive while it runs wait for the same result, so that many
 * callers cost no more than one. Safe for any number of threads.
 */
public final class SingleFlight<T> implements Supplier<T> {
    private final Supplier<T> question;
    private final AtomicReference<CompletableFuture<T>> underWay = new AtomicReference<>();

    public SingleFlight(Supplier<T> question) {
        this.question = question;
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
        CompletableFuture<T> others = underWay.compareAndExchange(null, own);
        if (others != null) {
            return others.join();
        }
        try {
            T answer = question.get();
            // Before complete(), so that a caller that has this result and calls again gets a newer one.
            underWay.set(null);
            own.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            underWay.set(null);
            own.completeExceptionally(e);
            throw e;
        }
    }
}
