package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.proxy.container.EarlyHints;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.OutboundRequest;
import dev.vtsbasic.proxy.message.ResponseSnapshot;
import dev.vtsbasic.proxy.upstream.Http1Connection;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.proxy.upstream.WorkerConnectionPool;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer: to a worker, to another one when the first was dead, and back to the context.client(). */
public final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** How long the end of an answer may take that a worker has sent before the client broke off. */
    private static final long ANSWERED_NANOS = 1_000_000_000;

    /** Every container takes this much. */
    private static final int USUAL_HEAD = 6 * 1024;

    private final Environment environment;
    private final ExchangeContext context;
    private final InboundRequest request;
    private final RequestBody body;
    private final HttpServletResponse response;
    private final Watchdog.Watched watched;
    private final RequestRecord record;
    private final ResponseSnapshot start;
    private final ResponseRelay relay;

    /**
     * What all exchanges share.
     *
     * @param relays runs what relays an answer while the exchange's own thread still sends a large body
     * @param pages what is sent when the app cannot answer
     */
    public record Environment(
            WorkerPool pool,
            WorkerConnectionPool connections,
            EventStreamRegistry eventStreams,
            SecurityHeaders headers,
            Executor relays,
            Pages pages) {}

    public Exchange(Environment environment, ExchangeContext context) {
        this.environment = environment;
        this.context = context;
        this.request = context.request();
        this.body = context.body();
        this.response = context.response();
        this.watched = context.watched();
        this.record = request.record();
        this.start = new ResponseSnapshot(response);
        this.relay = new ResponseRelay(request.protocol(), response, watched, record);
    }

    /**
     * Runs to the end of the answer.
     *
     * @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime}
     * @throws IOException when the answer broke off after it had begun, or nobody is left to get it; the container must
     *     then cut the connection, so that what the client got does not look complete
     */
    public void run(long deadline) throws IOException {
        try {
            sendUntilAnswered(deadline);
        } catch (ClientDisconnectedException e) {
            boolean gone = context.client().isGone();
            if (!e.isOfBody()
                    || response.isCommitted()
                    || gone && context.client().isStream()) {
                throw e;
            }
            // A bad chunk for instance. A client that has ended its side within the body may still read the answer.
            LOG.debug("{} {}: the body cannot be read", request.method(), request.path(), e);
            refuseBody(e);
            if (gone) {
                record.clientDisconnected();
            }
        }
    }

    /** @param failure thrown when nobody is left to be told */
    private void refuseBody(ClientDisconnectedException failure) throws IOException {
        try {
            fail(Page.BAD_REQUEST.withSentence("The body of the request is malformed."));
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    private void sendUntilAnswered(long deadline) throws IOException {
        RetryPolicy retries = new RetryPolicy(request, context.forwarded().requestId());
        WorkerSelection search = new WorkerSelection(environment.pool(), retries, deadline, record);
        while (true) {
            if (body != null && !request.expectsContinue()) {
                // Before a connection is taken, which the worker may close while a slow client sends.
                body.readIfSmall(false);
            }
            WorkerLease lease = search.find().orElse(null);
            if (lease == null) {
                fail(search.page(), search.explanation());
                return;
            }
            Worker worker = lease.worker();
            LeasedConnection connection;
            try {
                connection = environment.connections().take(lease);
            } catch (WorkerConnectionPool.ConnectFailedException e) {
                // Nothing was sent: wait for the worker that replaces this one.
                search.cannotReach(worker);
                LOG.debug("{} cannot be reached", worker.name(), e);
                continue;
            }
            try (connection) {
                attempt(connection);
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
                watched.heard();
                fail(UpstreamFailure.HEAD_TOO_LARGE, worker, e.getMessage());
                return;
            } catch (IOException | HttpException e) {
                // The watchdog stops to wait for this worker, so that no time-out ends a request that is sent again.
                watched.heard();
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
                start.restore();
                record.retried();
                // The others of this worker's connections may be just as dead.
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
            case SILENT -> fail(UpstreamFailure.TIMED_OUT, worker, "was silent for too long");
            case OVERDUE -> fail(UpstreamFailure.NO_THREAD, worker, "");
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Bun closes the connection of a request whose method it does not know, and says nothing. */
    private boolean isOfUnknownMethod(LeasedConnection connection, RetryPolicy retries, Exception failure) {
        return failure instanceof IOException
                && !(failure instanceof ConnectionClosedException)
                && !request.isOfCommonMethod()
                && !connection.isAnswered()
                && !response.isCommitted()
                && retries.isAlive(connection.lease());
    }

    /** Whether the whole request is still there, and nothing of an answer has been passed on. */
    private boolean isComplete() {
        return !response.isCommitted() && (body == null || body.canBeSentAgain());
    }

    /** @param what the worker did, for the log */
    private void fail(UpstreamFailure failure, Worker worker, String what) throws IOException {
        failure.addTo(record);
        if (failure.isLogged()) {
            log(worker, what);
        }
        fail(failure.page());
    }

    private void fail(Page page) throws IOException {
        fail(page, "");
    }

    private void fail(Page page, String explanation) throws IOException {
        if (response.isCommitted()) {
            throw new IOException(page.title() + " after the answer had begun");
        }
        start.restore();
        if (page.status() == Page.BAD_REQUEST.status() && request.protocol().startsWith("HTTP/1")) {
            // Nobody can tell where the next request begins.
            response.setHeader("Connection", "close");
        }
        environment.pages().send(page, request.pageRequest(context.forwarded().requestId()), response, explanation);
    }

    private void log(Worker worker, String what) {
        Event.UPSTREAM_FAILED.log(
                LOG,
                "{method} {path} ({request_id}, trace {trace_id}): {worker} {problem}",
                request.method(),
                request.path(),
                context.forwarded().requestId(),
                context.forwarded().traceId(),
                worker.name(),
                what);
    }

    private void attempt(LeasedConnection connection) throws IOException, HttpException {
        watched.on(connection::abort);
        ClassicHttpRequest outbound = OutboundRequest.of(request, context.forwarded(), body);
        if (context.upgrade() != null) {
            context.upgrade().addTo(outbound);
        }
        if (body == null) {
            watched.clientMayBeAsked();
            sendAndRelay(connection, outbound);
            return;
        }
        body.readIfSmall(request.expectsContinue());
        if (body.isWhole()) {
            watched.clientMayBeAsked();
            sendAndRelay(connection, outbound);
        } else {
            sendWhileRelaying(connection, outbound);
        }
    }

    /**
     * Sends a request that is there as a whole, then relays the answer.
     *
     * <p>RFC 9112 §9.5: a worker may answer early and close, 431 to a long head or 413 to a body, so that sending fails
     * although the answer has come.
     */
    private void sendAndRelay(LeasedConnection connection, ClassicHttpRequest outbound)
            throws IOException, HttpException {
        IOException unsent = send(connection, outbound);
        if (unsent == null) {
            relay(connection, outbound, false);
            return;
        }
        try {
            relay(connection, outbound, false);
        } catch (ClientDisconnectedException e) {
            throw e;
        } catch (IOException e) {
            e.addSuppressed(unsent);
            throw e;
        }
    }

    /** Returns why not all could be sent; null when it was. */
    private static IOException send(LeasedConnection connection, ClassicHttpRequest outbound) throws HttpException {
        try {
            connection.sendHead(outbound);
            if (outbound.getEntity() != null) {
                connection.sendBody(outbound);
            }
            return null;
        } catch (IOException e) {
            LOG.debug("{} was not sent as a whole", outbound.getRequestUri(), e);
            return e;
        }
    }

    /** The app may answer before it has read the whole body, and go on while it reads. */
    private void sendWhileRelaying(LeasedConnection connection, ClassicHttpRequest outbound)
            throws IOException, HttpException {
        try {
            connection.sendHead(outbound);
            connection.flush();
        } catch (IOException e) {
            // Nothing of the body was taken from the client; the worker may have answered before.
            LOG.debug("{} was not sent as a whole", outbound.getRequestUri(), e);
            relay(connection, outbound, true);
            return;
        }
        body.attempt(watched, request.expectsContinue(), connection::abort, connection::endRequest);
        CompletableFuture<Void> answer = CompletableFuture.runAsync(
                () -> {
                    try {
                        relay(connection, outbound, true);
                        if (!connection.isSent()) {
                            response.flushBuffer();
                        }
                    } catch (IOException | HttpException e) {
                        throw new CompletionException(e);
                    } finally {
                        if (!connection.isSent()) {
                            // A worker that has answered may take no more; whoever still sends to it must not wait.
                            connection.abort();
                        }
                        body.endAnswering();
                    }
                },
                environment.relays());
        try {
            connection.sendBody(outbound);
            watched.clientMayBeAsked();
        } catch (ClientDisconnectedException e) {
            // The worker may have answered before the client broke off, or before its body turned out to be malformed.
            CompletableFuture.delayedExecutor(ANSWERED_NANOS, TimeUnit.NANOSECONDS, environment.relays())
                    .execute(() -> {
                        if (!answer.isDone()) {
                            connection.abort();
                        }
                    });
            if (awaitAnswer(answer) == null || body.isRefusedByContainer()) {
                return;
            }
            throw e;
        } catch (RequestBody.BodyTooLargeException e) {
            connection.abort();
            if (awaitAnswer(answer) == null) {
                // The app has refused it before.
                return;
            }
            throw e;
        } catch (RuntimeException | Error e) {
            // The other thread must not use the response any more when this one returns.
            connection.abort();
            awaitAnswer(answer);
            throw e;
        } catch (IOException e) {
            // The worker takes no more of it; it may have answered all the same.
            LOG.debug("{} took not all of the body", outbound.getRequestUri(), e);
        }
        Exception failure = awaitAnswer(answer);
        if (failure instanceof HttpException e) {
            throw e;
        }
        if (failure != null) {
            throw (IOException) failure;
        }
    }

    private static Exception awaitAnswer(CompletableFuture<Void> answer) {
        return answer.handle((nothing, failure) -> {
                    if (failure == null) {
                        return null;
                    }
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    return cause instanceof IOException || cause instanceof HttpException
                            ? (Exception) cause
                            : new IOException(cause);
                })
                .join();
    }

    /** @param receiving whether the body of the request is still being read */
    private void relay(LeasedConnection connection, ClassicHttpRequest outbound, boolean receiving)
            throws IOException, HttpException {
        watched.waiting();
        ClassicHttpResponse answer =
                connection.receiveHead(outbound, hints -> EarlyHints.pass(hints, request.protocol(), response));
        watched.heard();
        if (answer.getCode() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            context.upgrade().check(answer);
            record.kind(RequestKind.TUNNEL);
            context.endless().run();
            context.upgrade().accept(answer, connection);
            return;
        }
        if (receiving) {
            body.beginAnswering(response, () -> passHead(answer));
        } else {
            passHead(answer);
        }
        if (Http1Connection.sizeOf(answer) > USUAL_HEAD) {
            commitLargeHead(connection, answer);
        }
        if (EventStreamRegistry.isOne(response)) {
            record.kind(RequestKind.EVENTS);
            watched.endless();
            context.endless().run();
            if (body == null
                    && environment.eventStreams().take(answer, connection, response, context.client(), record)) {
                return;
            }
            connection.endless(watched::stop);
        }
        relay.relayBody(answer, connection::hasMore);
        connection.received();
    }

    /**
     * Containers refuse a head that is too large for them only when they send it, with a 500 of their own; for a short
     * answer that would be after the record has ended.
     */
    private void commitLargeHead(LeasedConnection connection, ClassicHttpResponse answer) throws IOException {
        try {
            response.flushBuffer();
        } catch (IOException | RuntimeException e) {
            if (response.isCommitted() || context.client().isGone()) {
                throw new ClientDisconnectedException(e instanceof IOException failure ? failure : new IOException(e));
            }
            record.status(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            log(
                    connection.lease().worker(),
                    "the servlet container refuses the head of its answer, " + Http1Connection.sizeOf(answer)
                            + " octets in " + answer.getHeaders().length + " fields: " + e.getMessage());
            throw e;
        }
    }

    private void passHead(ClassicHttpResponse answer) {
        relay.copyHead(answer);
        record.coding(ContentCoding.of(response.getHeader("Content-Encoding")));
        environment.headers().addMissing(response, context.forwarded().isHttps());
    }
}
