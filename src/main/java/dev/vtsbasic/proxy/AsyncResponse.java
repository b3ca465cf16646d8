package dev.vtsbasic.proxy;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer that another thread than the container's writes, and its one end.
 *
 * <p>When a write fails, Tomcat ends the request itself, on a thread of its own, and gives its objects to the request of
 * another client; the thread whose write failed is then still using them. So the container is kept waiting here until that
 * thread has let go.
 */
final class AsyncResponse implements AsyncListener {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncResponse.class);

    /** How long a container's thread is kept at most; what it waits for was told to end. */
    private static final int LAST_SECONDS = 10;

    /** Set on a request that is dispatched only so that its failure reaches the container. */
    private static final String FAILURE = AsyncResponse.class.getName() + ".failure";

    private final AsyncContext context;
    private final ClientConnection client;
    private final ConnectionGuard guard;
    private final CountDownLatch letGo = new CountDownLatch(1);
    private volatile boolean failed;
    private volatile boolean whole;

    private AsyncResponse(AsyncContext context, ClientConnection client, ConnectionGuard guard) {
        this.context = context;
        this.client = client;
        this.guard = guard;
    }

    /** Lets another thread answer; it is to call {@link #complete} or {@link #cut} when it has. */
    static AsyncResponse start(
            HttpServletRequest request, HttpServletResponse response, ClientConnection client, ConnectionGuard guard) {
        AsyncContext context = request.startAsync(request, response);
        // Bun's silence has its own limit, and an event stream has none.
        context.setTimeout(0);
        AsyncResponse answer = new AsyncResponse(context, client, guard);
        context.addListener(answer);
        return answer;
    }

    /** Why the answer was cut, on the container's thread; null unless {@link #cut} had it called. */
    static IOException failureOf(HttpServletRequest request) {
        return (IOException) request.getAttribute(FAILURE);
    }

    /** Whether the container has given up the request. */
    boolean hasFailed() {
        return failed;
    }

    /** The answer is whole. */
    void complete() {
        whole = true;
        end(context::complete);
    }

    /** Completing would make a broken answer look whole; only a container's own thread can cut it. */
    void cut(IOException failure) {
        end(() -> {
            context.getRequest().setAttribute(FAILURE, failure);
            context.dispatch();
        });
    }

    private synchronized void end(Runnable end) {
        guard.release();
        if (!failed) {
            try {
                end.run();
            } catch (IllegalStateException | UnsupportedOperationException e) {
                // The latter is Tomcat's, which finds no servlet to dispatch to when the application is being stopped.
                LOG.debug("The container has already ended the request", e);
            }
        }
        letGo.countDown();
    }

    @Override
    public void onError(AsyncEvent event) {
        awaitEnd();
    }

    /** Tomcat has it time out, time-out or not, when the application is being stopped. */
    @Override
    public void onTimeout(AsyncEvent event) {
        awaitEnd();
    }

    private void awaitEnd() {
        if (ExchangeExecutor.currentIsOurs()) {
            // WildFly says so within the write that failed, and who writes is about to end.
            return;
        }
        synchronized (this) {
            if (letGo.getCount() == 0) {
                // The container knows the end.
                return;
            }
            failed = true;
        }
        client.endInput();
        try {
            if (!letGo.await(LAST_SECONDS, TimeUnit.SECONDS)) {
                Event.ANSWER_STUCK.log(LOG, "An answer that the container has given up is still being written");
                client.endOutput();
                // The thread that writes it may use the container's objects no more, which are for others from now on.
                guard.release(LAST_SECONDS);
            }
        } catch (InterruptedException e) {
            guard.shut();
            Thread.currentThread().interrupt();
        }
        if (!whole) {
            client.cut();
        }
        context.complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // The exchange has ended before.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Not started twice.
    }
}
