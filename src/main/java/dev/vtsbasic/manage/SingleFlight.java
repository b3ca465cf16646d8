package dev.vtsbasic.manage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A question that is asked once at a time: who comes meanwhile gets the same answer, so that many who ask cost no more than
 * one. Safe for any number of threads.
 */
public final class SingleFlight<T> implements Supplier<T> {
    private final Supplier<T> question;
    private final AtomicReference<CompletableFuture<T>> underWay = new AtomicReference<>();

    public SingleFlight(Supplier<T> question) {
        this.question = question;
    }

    @Override
    public T get() {
        CompletableFuture<T> own = new CompletableFuture<>();
        CompletableFuture<T> others = underWay.compareAndExchange(null, own);
        if (others != null) {
            return others.join();
        }
        try {
            T answer = question.get();
            // First, so that who asks after an answer gets a newer one.
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
