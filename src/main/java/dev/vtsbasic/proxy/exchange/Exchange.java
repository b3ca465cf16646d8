package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.ResponseSnapshot;
import dev.vtsbasic.proxy.upstream.Http1Connection;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.proxy.upstream.WorkerConnectionPool;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its response: leases a worker, makes an {@link Attempt}, makes another one where the
 * {@link RetryPolicy} allows it, and responds with an error page where both failed. Use it on one thread, once.
 */
public final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Environment environment;
    private final ExchangeContext context;
    private final Runnable onEndless;
    private final InboundRequest request;
    private final RequestBody body;
    private final HttpServletResponse response;
    private final Watchdog.Watched watched;
    private final ResponseSnapshot snapshot;

    /**
     * The objects that all exchanges share. They are more than five, because an exchange needs each of them and no two
     * belong together.
     *
     * @param relays runs the relaying of a response while the exchange's own thread still sends a large body
     * @param pages sends the error pages when the app cannot respond
     */
    public record Environment(
            WorkerPool pool,
            WorkerConnectionPool connections,
            EventStreamRegistry eventStreams,
            SecurityHeaders headers,
            Executor relays,
            Pages pages) {}

    /**
     * @param onEndless called once when the response turns out to be an event stream or a tunnel, which has no end of
     *     its own
     */
    public Exchange(Environment environment, ExchangeContext context, Runnable onEndless) {
        this.environment = environment;
        this.context = context;
        this.onEndless = onEndless;
        this.request = context.request();
        this.body = context.body();
        this.response = context.response();
        this.watched = context.watched();
        this.snapshot = new ResponseSnapshot(response);
    }

    /**
     * Runs to the end of the response.
     *
     * @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime}
     * @throws IOException when the response broke off after it had begun, or the client has left; the container must
     *     then cut the connection, so that the client does not take the part that it has for the whole response
     */
    public void run(long deadline) throws IOException {
        try {
            attemptUntilAnswered(deadline);
        } catch (ClientDisconnectedException e) {
            boolean gone = context.client().isGone();
            if (!e.isOfBody()
                    || response.isCommitted()
                    || gone && context.client().isStream()) {
                throw e;
            }
            // The body has, for example, a malformed chunk. A client that closed only its sending side may still read a
            // response.
            LOG.debug("{} {}: the body cannot be read", request.method(), request.path(), e);
            refuseBody(e);
            if (gone) {
                context.record().markClientDisconnected();
            }
        }
    }

    /** @param failure thrown when the client cannot get the response */
    private void refuseBody(ClientDisconnectedException failure) throws IOException {
        try {
            fail(Page.BAD_REQUEST.withSentence("The body of the request is malformed."), "");
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    private void attemptUntilAnswered(long deadline) throws IOException {
        RetryPolicy retries = new RetryPolicy(request, context.forwarded().requestId());
        WorkerSelection selection = new WorkerSelection(environment.pool(), retries, deadline, context.record());
        while (true) {
            if (body != null && !request.expectsContinue()) {
                // Before a connection is leased, because the worker may close an idle one while a slow client sends.
                body.readIfSmall(false);
            }
            WorkerLease lease = selection.lease().orElse(null);
            if (lease == null) {
                fail(selection.page(), selection.explanation());
                return;
            }
            Worker worker = lease.worker();
            LeasedConnection connection;
            try {
                connection = environment.connections().take(lease);
            } catch (WorkerConnectionPool.ConnectFailedException e) {
                // Nothing was sent, so the request may wait for the worker that replaces this one.
                selection.markUnreachable(worker);
                LOG.debug("{} cannot be reached", worker.name(), e);
                continue;
            }
            try (connection) {
                new Attempt(environment, context, onEndless, connection).run();
                return;
            } catch (ClientDisconnectedException e) {
                throw e;
            } catch (RequestBody.BodyTooLargeException e) {
                fail(UpstreamFailure.BODY_TOO_LARGE, worker, "");
                return;
            } catch (ProtocolSwitch.SwitchFailedException e) {
                fail(UpstreamFailure.SWITCH_FAILED, worker, "");
                return;
            } catch (Http1Connection.HeadTooLargeException e) {
                watched.endWait();
                fail(UpstreamFailure.HEAD_TOO_LARGE, worker, e.getMessage());
                return;
            } catch (IOException | HttpException e) {
                // Stops the worker's timeout, so that the watchdog does not end a request that is sent again.
                watched.endWait();
                if (hasFailedFor(watched.verdict(), worker, e)) {
                    return;
                }
                if (!retries.takeReplay(isComplete(), connection.lease(), connection.reused())) {
                    UpstreamFailure failure = isOfUnknownMethod(connection, retries, e)
                            ? UpstreamFailure.UNKNOWN_METHOD
                            : UpstreamFailure.of(e);
                    fail(failure, worker, "broke off: " + e.getMessage());
                    return;
                }
                snapshot.restore();
                context.record().countRetry();
                // Other idle connections may be to the worker that ended.
                environment.connections().closeIdle();
            }
        }
    }

    /** Ends an exchange that the watchdog has cut; returns false when it has not. */
    private boolean hasFailedFor(Watchdog.Verdict verdict, Worker worker, Exception failure) throws IOException {
        switch (verdict) {
            case CLIENT_GONE ->
                throw new ClientDisconnectedException(new IOException("The client closed its connection"));
            case STOPPING -> throw failure instanceof IOException cut ? cut : new IOException(failure);
            case SILENT -> fail(UpstreamFailure.TIMED_OUT, worker, "sent nothing for too long");
            case OVERDUE -> fail(UpstreamFailure.NO_THREAD, worker, "");
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Bun closes the connection without a response when it does not know the method. */
    private boolean isOfUnknownMethod(LeasedConnection connection, RetryPolicy retries, Exception failure) {
        return failure instanceof IOException
                && !(failure instanceof ConnectionClosedException)
                && !request.isOfCommonMethod()
                && !connection.hasResponse()
                && !response.isCommitted()
                && retries.isAlive(connection.lease());
    }

    /** Whether the whole request can be sent again, and nothing of a response has been passed on. */
    private boolean isComplete() {
        return !response.isCommitted() && (body == null || body.canBeSentAgain());
    }

    /** @param problem the worker's failure, for the log */
    private void fail(UpstreamFailure failure, Worker worker, String problem) throws IOException {
        failure.addTo(context.record());
        if (failure.isLogged()) {
            Attempt.log(context, worker, problem);
        }
        fail(failure.page(), "");
    }

    /** @param explanation added to the page for a browser on this machine */
    private void fail(Page page, String explanation) throws IOException {
        if (response.isCommitted()) {
            throw new IOException(page.title() + " after the response had begun");
        }
        snapshot.restore();
        if (page.status() == Page.BAD_REQUEST.status() && request.protocol().startsWith("HTTP/1")) {
            // After a malformed body, the beginning of the next request cannot be found.
            response.setHeader("Connection", "close");
        }
        environment.pages().send(page, request.pageRequest(context.forwarded().requestId()), response, explanation);
    }
}
