package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.proxy.container.EarlyHints;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.OutboundRequest;
import dev.vtsbasic.proxy.message.ResponseHead;
import dev.vtsbasic.proxy.upstream.Http1Connection;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of an {@link Exchange}: sends the request on one connection to a worker, and relays the response. */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** How long a worker's response may still take after the client broke off within its request body. */
    private static final long RESPONSE_REST_NANOS = 1_000_000_000;

    /** Every container accepts a head of this size, in bytes. */
    private static final int USUAL_HEAD = 6 * 1024;

    private final Exchange.Environment environment;
    private final ExchangeContext context;
    private final Runnable onEndless;
    private final LeasedConnection connection;
    private final ClassicHttpRequest outbound;

    /** @param onEndless called when the response turns out to have no end of its own */
    Attempt(
            Exchange.Environment environment,
            ExchangeContext context,
            Runnable onEndless,
            LeasedConnection connection) {
        this.environment = environment;
        this.context = context;
        this.onEndless = onEndless;
        this.connection = connection;
        this.outbound = OutboundRequest.of(context.request(), context.forwarded(), context.body());
        if (context.upgrade() != null) {
            context.upgrade().addTo(outbound);
        }
    }

    /**
     * Runs to the end of the response.
     *
     * @throws ClientDisconnectedException when the client has left, or its body is malformed
     * @throws IOException when the worker or the container breaks off
     * @throws HttpException when the worker sends no valid HTTP
     */
    void run() throws IOException, HttpException {
        InboundRequest request = context.request();
        RequestBody body = context.body();
        context.watched().onCut(connection::abort);
        if (body == null) {
            context.watched().allowClientChecks();
            sendAndRelay();
            return;
        }
        body.readIfSmall(request.expectsContinue());
        if (body.isWhole()) {
            context.watched().allowClientChecks();
            sendAndRelay();
        } else {
            sendWhileRelaying(body);
        }
    }

    /**
     * Sends a request that has arrived completely, then relays the response.
     *
     * <p>RFC 9112 §9.5: a worker may respond early and close, with a 431 to a long head or a 413 to a body, so that
     * sending fails although the response has arrived.
     */
    private void sendAndRelay() throws IOException, HttpException {
        IOException unsent = send();
        if (unsent == null) {
            relay(false);
            return;
        }
        try {
            relay(false);
        } catch (ClientDisconnectedException e) {
            throw e;
        } catch (IOException e) {
            e.addSuppressed(unsent);
            throw e;
        }
    }

    /** Returns why the request could not be sent completely; null when it was. */
    private IOException send() throws HttpException {
        try {
            connection.sendHead(outbound);
            if (outbound.getEntity() != null) {
                connection.sendBody(outbound);
            }
            return null;
        } catch (IOException e) {
            logUnsent(e);
            return e;
        }
    }

    private void logUnsent(IOException failure) {
        LOG.debug("{} was not sent completely", outbound.getRequestUri(), failure);
    }

    /** Relays on another thread meanwhile, because the app may respond before it has read the whole body. */
    private void sendWhileRelaying(RequestBody body) throws IOException, HttpException {
        try {
            connection.sendHead(outbound);
            connection.flush();
        } catch (IOException e) {
            // Nothing of the body was taken from the client, and the worker may have responded before it closed.
            logUnsent(e);
            relay(true);
            return;
        }
        body.attempt(context, connection);
        CompletableFuture<Void> relayed = CompletableFuture.runAsync(
                () -> {
                    try {
                        relay(true);
                        if (!connection.isSent()) {
                            context.response().flushBuffer();
                        }
                    } catch (IOException | HttpException e) {
                        throw new CompletionException(e);
                    } finally {
                        if (!connection.isSent()) {
                            // Ends the sending thread's wait, because a worker that has responded may read no more.
                            connection.abort();
                        }
                        body.endResponse();
                    }
                },
                environment.relays());
        try {
            connection.sendBody(outbound);
            context.watched().allowClientChecks();
        } catch (ClientDisconnectedException e) {
            // The worker may have responded before the client broke off, or before its body proved to be malformed.
            awaitOrAbort(relayed);
            if (failureOf(relayed) == null || body.isRefusedByContainer()) {
                return;
            }
            throw e;
        } catch (RequestBody.BodyTooLargeException e) {
            connection.abort();
            if (failureOf(relayed) == null) {
                // The app has refused the body itself, and the client has that response.
                return;
            }
            throw e;
        } catch (RuntimeException | Error e) {
            // The other thread must not use the response any more when this one returns.
            connection.abort();
            failureOf(relayed);
            throw e;
        } catch (IOException e) {
            // The worker reads no more of the body, but it may have responded.
            logUnsent(e);
        }
        Exception failure = failureOf(relayed);
        if (failure instanceof HttpException e) {
            throw e;
        }
        if (failure != null) {
            throw (IOException) failure;
        }
    }

    /**
     * Waits for the other thread, and aborts the connection when it takes too long. No timer does this, because Java's
     * own timers keep the class loader of an app that was undeployed.
     */
    private void awaitOrAbort(CompletableFuture<Void> relayed) {
        try {
            relayed.get(RESPONSE_REST_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            connection.abort();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.abort();
        } catch (ExecutionException e) {
            LOG.debug("The response was not relayed", e);
        }
    }

    /** Waits for the other thread, and returns why it failed; null when it did not. */
    private static Exception failureOf(CompletableFuture<Void> relayed) {
        return relayed.handle((nothing, failure) -> {
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
    private void relay(boolean receiving) throws IOException, HttpException {
        Watchdog.Watched watched = context.watched();
        HttpServletResponse response = context.response();
        RequestRecord record = context.record();
        watched.beginWait();
        ClassicHttpResponse upstreamResponse = connection.receiveHead(
                outbound, hints -> EarlyHints.pass(hints, context.request().protocol(), response));
        watched.endWait();
        if (upstreamResponse.getCode() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            context.upgrade().check(upstreamResponse);
            record.setKind(RequestKind.TUNNEL);
            onEndless.run();
            context.upgrade().accept(upstreamResponse, connection);
            return;
        }
        if (receiving) {
            context.body().beginResponse(response, () -> copyHead(upstreamResponse));
        } else {
            copyHead(upstreamResponse);
        }
        if (Http1Connection.sizeOf(upstreamResponse) > USUAL_HEAD) {
            commitLargeHead(upstreamResponse);
        }
        if (EventStreamRegistry.isEventStream(response)) {
            record.setKind(RequestKind.EVENTS);
            watched.markEndless();
            onEndless.run();
            if (context.body() == null && environment.eventStreams().detach(upstreamResponse, connection, context)) {
                return;
            }
            connection.markEndless(watched::stop);
        }
        new ResponseRelay(response, watched, record).relayBody(upstreamResponse, connection);
        connection.endResponse();
    }

    private void copyHead(ClassicHttpResponse upstreamResponse) {
        HttpServletResponse response = context.response();
        RequestRecord record = context.record();
        ResponseHead.copy(upstreamResponse, context.request().protocol(), response, record);
        record.setCoding(ContentCoding.of(response.getHeader("Content-Encoding")));
        environment.headers().addMissing(response, context.forwarded().isHttps());
    }

    /**
     * Commits the response, because containers refuse a head that is too large for them only when they send it, with a
     * 500 of their own; for a short response that would be after the record has ended.
     */
    private void commitLargeHead(ClassicHttpResponse upstreamResponse) throws IOException {
        HttpServletResponse response = context.response();
        try {
            response.flushBuffer();
        } catch (IOException | RuntimeException e) {
            if (response.isCommitted() || context.client().isGone()) {
                throw new ClientDisconnectedException(e instanceof IOException failure ? failure : new IOException(e));
            }
            context.record().setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            log(
                    context,
                    connection.lease().worker(),
                    "the servlet container refuses the head of its response, "
                            + Http1Connection.sizeOf(upstreamResponse) + " octets in "
                            + upstreamResponse.getHeaders().length + " fields: " + e.getMessage());
            throw e;
        }
    }

    /** @param problem the worker's failure, in words that follow its name */
    static void log(ExchangeContext context, Worker worker, String problem) {
        Event.UPSTREAM_FAILED.log(
                LOG,
                "{method} {path} ({request_id}, trace {trace_id}): {worker} {problem}",
                context.request().method(),
                context.request().path(),
                context.forwarded().requestId(),
                context.forwarded().traceId(),
                worker.name(),
                problem);
    }
}
