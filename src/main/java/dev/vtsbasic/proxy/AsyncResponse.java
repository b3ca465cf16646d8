package dev.vtsbasic.proxy;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.message.InboundRequest;
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
 * A response that a thread other than the container's writes, and that ends only once.
 *
 * <p>When a write fails, Tomcat ends the request itself, on a thread of its own, and reuses its objects for the request
 * of another client, while the thread whose write failed still uses them. So the listener keeps the container's thread
 * waiting until the other thread has ended.
 */
final class AsyncResponse implements AsyncListener {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncResponse.class);

    /** Maximum time that the container's thread waits for the other thread, which was told to end. */
    private static final int END_TIMEOUT_SECONDS = 10;

    /** Attribute of a request that is dispatched only so that its failure reaches the container. */
    private static final String FAILURE = AsyncResponse.class.getName() + ".failure";

    private final AsyncContext context;
    private final ClientRequest client;
    private final ConnectionGuard guard;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean failed;
    private volatile boolean complete;

    private AsyncResponse(AsyncContext context, ClientRequest client) {
        this.context = context;
        this.client = client;
        this.guard = client.guard();
    }

    /** Makes the request asynchronous, so that another thread may {@link #run} its exchange. */
    static AsyncResponse start(HttpServletRequest request, HttpServletResponse response, ClientRequest client) {
        AsyncContext context = request.startAsync(request, response);
        // No timeout, because the watchdog limits how long a worker may send nothing, and an event stream may last for
        // any time.
        context.setTimeout(0);
        AsyncResponse async = new AsyncResponse(context, client);
        context.addListener(async);
        return async;
    }

    /**
     * The failure for which {@link #cut} has dispatched the request to the container's thread; null for any other
     * request.
     */
    static IOException failureOf(HttpServletRequest request) {
        return (IOException) request.getAttribute(FAILURE);
    }

    /** Whether the container has given up the request. */
    boolean hasFailed() {
        return failed;
    }

    /** An exchange with the app, or another way to respond. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    /** Runs the exchange, then ends the record and the response. */
    void run(Task exchange) {
        InboundRequest request = client.request();
        HttpServletResponse response = guard.response();
        try {
            exchange.run();
            boolean head = request.method().equals("HEAD") && request.protocol().startsWith("HTTP/2");
            if (head || response.getStatus() >= HttpServletResponse.SC_BAD_REQUEST) {
                // Otherwise Tomcat would end the stream without a head, and GlassFish would send a 200.
                response.flushBuffer();
            }
            request.record().end(response, false);
            if (client.body() != null) {
                client.body().linger(request.expectsContinue());
            }
            complete();
        } catch (IOException | RuntimeException | Error e) {
            RequestFailure.endRecord(request.record(), response);
            cut(e instanceof IOException failure ? failure : new IOException(e));
        }
    }

    private void complete() {
        complete = true;
        end(context::complete);
    }

    /** Dispatches, because completing would make a cut response look complete; only a container's thread can cut it. */
    private void cut(IOException failure) {
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
                // Tomcat throws an UnsupportedOperationException when the application stops, because it finds no
                // servlet to dispatch to.
                LOG.debug("The container has already ended the request", e);
            }
        }
        ended.countDown();
    }

    @Override
    public void onError(AsyncEvent event) {
        awaitEnd();
    }

    /** Tomcat calls this when the application stops, in spite of the timeout of 0. */
    @Override
    public void onTimeout(AsyncEvent event) {
        awaitEnd();
    }

    private void awaitEnd() {
        if (ExchangeExecutor.isExchangeThread()) {
            // WildFly calls the listener within the write that failed, so this thread itself is about to end the
            // response.
            return;
        }
        synchronized (this) {
            if (ended.getCount() == 0) {
                // The request was completed or dispatched before.
                return;
            }
            failed = true;
        }
        guard.client().endInput();
        try {
            if (!ended.await(END_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                Event.ANSWER_STUCK.log(LOG, "A response that the container has given up is still being written");
                guard.client().endOutput();
                // From now on the container's objects are for other requests, so the other thread must not use them.
                guard.release(END_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            guard.shut();
            Thread.currentThread().interrupt();
        }
        if (!complete) {
            guard.client().cut();
        }
        context.complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // Nothing to do, because the exchange has already ended.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The request is made asynchronous only once.
    }
}
