package dev.vtsbasic.proxy;

import dev.vtsbasic.limit.ConcurrencyLimit;
import dev.vtsbasic.page.Page;
import dev.vtsbasic.proxy.cache.SharedCache;
import dev.vtsbasic.proxy.container.NoClientConnection;
import dev.vtsbasic.proxy.exchange.Exchange;
import dev.vtsbasic.proxy.exchange.ExchangeContext;
import dev.vtsbasic.proxy.exchange.Watchdog;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.ShedReason;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The steps of a request in the proxy: it gets a permit, then passes the shared cache, then has an exchange with a
 * worker, which may become a tunnel. Safe for any number of threads.
 */
final class ProxyChain {
    private final InFlightRequests inFlight;
    private final Watchdog watchdog;
    private final SharedCache cache;
    private final ConcurrencyLimit concurrency;
    private final Exchange.Environment environment;

    /**
     * @param inFlight counts the requests that a stop waits for
     * @param cache null when there is none
     */
    ProxyChain(
            InFlightRequests inFlight,
            Watchdog watchdog,
            SharedCache cache,
            ConcurrencyLimit concurrency,
            Exchange.Environment environment) {
        this.inFlight = inFlight;
        this.watchdog = watchdog;
        this.cache = cache;
        this.concurrency = concurrency;
        this.environment = environment;
    }

    /**
     * Runs to the end of the response.
     *
     * @param clientGone tells whether the client has left
     * @param stream acquired here; closed by the caller
     * @param deadline until when to wait for a permit or a worker, in terms of {@link System#nanoTime}
     * @throws IOException when the response broke off or the client has left; the caller must tell the container
     */
    void run(ClientRequest client, BooleanSupplier clientGone, StreamLimit.Permit stream, long deadline)
            throws IOException {
        InFlightRequests.Permit running = inFlight.enter();
        try (Watchdog.Watched watched = watchdog.watch(clientGone)) {
            if (!stream.acquire(deadline)) {
                refuse(client.request(), client.forwarded(), client.guard().response());
                return;
            }
            if (client.guard().client().isStream()) {
                watched.allowClientChecks();
            }
            if (client.upgrade() != null) {
                client.upgrade().deadline().ifPresent(watched::setDeadline);
            }
            askCache(client, watched, running, deadline);
        } catch (IOException | RuntimeException | Error e) {
            throw RequestFailure.record(e, client);
        } finally {
            running.leave();
        }
    }

    private void askCache(
            ClientRequest client, Watchdog.Watched watched, InFlightRequests.Permit running, long deadline)
            throws IOException {
        ExchangeContext context = new ExchangeContext(
                client.request(),
                client.forwarded(),
                client.body(),
                client.guard().response(),
                client.guard().client(),
                watched,
                client.upgrade());
        Runnable onEndless = () -> {
            running.leave();
            ExchangeExecutor.replaceCurrentThread();
        };
        if (cache == null) {
            askApp(context, onEndless, deadline);
            return;
        }
        SharedCache.App app = (request, response, until) -> askApp(context.with(request, response), onEndless, until);
        cache.answer(
                client.request(), client.forwarded(), context.response(), app, renewal(client.forwarded()), deadline);
    }

    /** Sends the shared cache's own requests to the app, which renew a stored response and have no client. */
    private SharedCache.App renewal(ForwardedHeaders forwarded) {
        return (request, response, until) -> {
            try (Watchdog.Watched watched = watchdog.watch(() -> false)) {
                ExchangeContext context = new ExchangeContext(
                        request, forwarded, null, response, new NoClientConnection(), watched, null);
                askApp(context, () -> {}, until);
            }
        };
    }

    private void askApp(ExchangeContext context, Runnable onEndless, long deadline) throws IOException {
        InboundRequest request = context.request();
        Optional<ConcurrencyLimit.Permit> permit =
                concurrency.acquire(request.fromThisMachine(), deadline, request.record()::addWait);
        if (permit.isEmpty()) {
            refuse(request, context.forwarded(), context.response());
            return;
        }
        try {
            Runnable leaveAll = () -> {
                permit.get().release();
                onEndless.run();
            };
            new Exchange(environment, context, leaveAll).run(deadline);
        } finally {
            permit.get().release();
        }
    }

    private void refuse(InboundRequest request, ForwardedHeaders forwarded, HttpServletResponse response)
            throws IOException {
        request.record().markShed(ShedReason.CONCURRENCY);
        environment.pages().send(Page.BUSY, request.pageRequest(forwarded.requestId()), response);
    }
}
