package dev.vtsbasic.proxy;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.limit.ConcurrencyLimit;
import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.proxy.cache.SharedCache;
import dev.vtsbasic.proxy.cache.StoragePolicy;
import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.container.ProcNetTcp;
import dev.vtsbasic.proxy.exchange.EventStreamRegistry;
import dev.vtsbasic.proxy.exchange.Exchange;
import dev.vtsbasic.proxy.exchange.RequestBody;
import dev.vtsbasic.proxy.exchange.Watchdog;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.UpgradeHeader;
import dev.vtsbasic.proxy.tunnel.ProtocolUpgrade;
import dev.vtsbasic.proxy.tunnel.TunnelOpener;
import dev.vtsbasic.proxy.tunnel.UpgradeOffer;
import dev.vtsbasic.proxy.upstream.WorkerConnectionPool;
import dev.vtsbasic.settings.ProxySettings;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.ShedReason;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards each request that reaches it to a worker, and streams the response back: checks the request, admits its
 * offer to switch protocols, and runs the {@link ProxyChain} on the container's thread or on another one.
 *
 * <p>Mapped to {@code /*}, because a server's own mapping of {@code *.jsp} would take precedence over {@code /}. Safe
 * for any number of threads.
 */
public final class ProxyServlet extends HttpServlet implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServlet.class);

    private final transient ProxySettings settings;
    private final transient String base;
    private final transient Pages pages;
    private final transient ConcurrencyLimit concurrency;
    private final transient WorkerConnectionPool connections;
    private final transient Watchdog watchdog;
    private final transient TunnelOpener tunnels;
    private final transient StreamLimit streams = new StreamLimit();
    private final transient UpgradeAdmission upgrades = new UpgradeAdmission();
    private final transient ExchangeExecutor threads;
    private final transient EventStreamRegistry eventStreams;
    private final transient ProxyChain chain;
    private final transient AtomicBoolean warnedOfPrefix = new AtomicBoolean();
    private final transient ProcNetTcp tcpConnections = new ProcNetTcp();

    /** Null when there is none, so that its classes are not loaded. */
    private final transient SharedCache cache;

    /**
     * @param base path at which browsers see the application; empty at the root
     * @param pages sends the error pages when the app cannot respond
     * @param inFlight counts the requests, except event streams and tunnels
     */
    public ProxyServlet(WorkerPool pool, ProxySettings settings, String base, Pages pages, InFlightRequests inFlight) {
        this.settings = settings;
        this.base = base;
        this.pages = pages;
        int maxRequests = HeapBudget.ofHeap(settings.cache()).requests();
        this.concurrency =
                new ConcurrencyLimit(settings.limits().maxConcurrent().orElse(maxRequests), settings.holdQueue());
        this.threads = new ExchangeExecutor(maxRequests);
        this.eventStreams = new EventStreamRegistry(threads::executeRelay);
        this.connections = new WorkerConnectionPool(settings.connectTimeout());
        this.watchdog = new Watchdog(settings.responseTimeout());
        this.tunnels = new TunnelOpener(threads::executeRelay);
        this.cache = settings.cache() > 0 ? new SharedCache(settings.cache(), threads::executeRelay) : null;
        Exchange.Environment environment = new Exchange.Environment(
                pool,
                connections,
                eventStreams,
                new SecurityHeaders(settings.securityHeaders(), settings.trustedProxies()),
                threads::executeRelay,
                pages);
        this.chain = new ProxyChain(inFlight, watchdog, cache, concurrency, environment);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        IOException failure = AsyncResponse.failureOf(request);
        if (failure != null) {
            RequestFailure.cut(ClientConnection.of(request, response, "", "", tcpConnections), response, failure);
            return;
        }
        // Everything is read before startAsync(), because some containers reuse the request object from then on.
        InboundRequest inbound = InboundRequest.of(request, base);
        ForwardedHeaders forwarded =
                ForwardedHeaders.of(inbound, inbound.record().caller(request));
        warnOfPrefix(forwarded.prefix());
        if (inbound.method().equals("TRACE") || inbound.method().equals("CONNECT")) {
            send(Page.NOT_IMPLEMENTED, inbound, forwarded, response);
            return;
        }
        if (settings.maxBody() > 0 && inbound.contentLength() > settings.maxBody()) {
            send(Page.BODY_TOO_LARGE, inbound, forwarded, response);
            return;
        }
        long deadline = System.nanoTime() + settings.holdTimeout().toNanos();
        ClientConnection client =
                ClientConnection.of(request, response, inbound.protocol(), inbound.clientAddress(), tcpConnections);
        if (client.isStream() && client.isGone()) {
            // After a reset, the body of the stream would look complete or absent.
            inbound.record().markClientDisconnected();
            return;
        }
        ConnectionGuard guard = new ConnectionGuard(client, response);
        UpgradeOffer offer;
        try {
            offer = offerOf(inbound, request, response, guard);
        } catch (ProtocolUpgrade.NoWebSocketException e) {
            send(Page.NOT_IMPLEMENTED, inbound, forwarded, response);
            return;
        }
        Optional<UpgradeAdmission.Permit> admitted = upgrades.admit(inbound, offer);
        if (admitted.isEmpty()) {
            inbound.record().markShed(ShedReason.THREADS);
            send(Page.BUSY, inbound, forwarded, response);
            return;
        }
        try (UpgradeAdmission.Permit admission = admitted.get()) {
            UpgradeOffer upgrade = admission.upgrade();
            RequestBody body = inbound.hasBody()
                    ? new RequestBody(
                            request.getInputStream(),
                            inbound.contentLength(),
                            settings.maxBody(),
                            guard,
                            inbound.record())
                    : null;
            ClientRequest clientRequest = new ClientRequest(inbound, forwarded, body, guard, upgrade);
            StreamLimit.Permit stream = streams.permitFor(request, client);
            // Containers switch protocols only on their own thread, within service(); and a filter that the container
            // adds may not support asynchronous requests.
            if (upgrade != null || ExchangeExecutor.isVirtualThread() || !request.isAsyncSupported()) {
                runHere(clientRequest, response, stream, upgrade == null ? deadline : earlier(deadline, upgrade));
            } else {
                runAsync(clientRequest, AsyncResponse.start(request, response, clientRequest), stream, deadline);
            }
        }
    }

    private static long earlier(long deadline, UpgradeOffer upgrade) {
        OptionalLong other = upgrade.deadline();
        return other.isPresent() && deadline - other.getAsLong() > 0 ? other.getAsLong() : deadline;
    }

    /** The request's offer to switch protocols; null when there is none, or when the shared cache may respond. */
    private UpgradeOffer offerOf(
            InboundRequest inbound, HttpServletRequest request, HttpServletResponse response, ConnectionGuard guard)
            throws ProtocolUpgrade.NoWebSocketException {
        if (cache != null && StoragePolicy.appliesTo(inbound)) {
            // RFC 9110 §7.8: a server may ignore an offer.
            return null;
        }
        if (UpgradeHeader.isWebSocketHandshake(inbound)) {
            inbound.record().setKind(RequestKind.TUNNEL);
        }
        return tunnels.offerOf(inbound, request, response, guard).orElse(null);
    }

    private void send(Page page, InboundRequest inbound, ForwardedHeaders forwarded, HttpServletResponse response)
            throws IOException {
        pages.send(page, inbound.pageRequest(forwarded.requestId()), response);
    }

    /** Warns once if browsers see the application at another path than its pages were made for. */
    private void warnOfPrefix(String prefix) {
        // A prefix that is a part of the base is no error, because another proxy or the container may add the rest.
        if (!(base + "/").startsWith(prefix + "/")
                && !warnedOfPrefix.get()
                && warnedOfPrefix.compareAndSet(false, true)) {
            Event.PREFIX_UNEXPECTED.log(
                    LOG,
                    "A proxy says that browsers see the application at {prefix}/ (X-Forwarded-Prefix), but its links are"
                            + " made for {base}/; set VTS_PUBLIC_PATH={prefix}",
                    prefix,
                    base,
                    prefix);
        }
    }

    private void runHere(ClientRequest client, HttpServletResponse response, StreamLimit.Permit stream, long deadline)
            throws IOException {
        ConnectionGuard guard = client.guard();
        try (stream) {
            chain.run(client, guard::clientIsGone, stream, deadline);
        } catch (IOException e) {
            RequestFailure.endRecord(client.request().record(), response);
            guard.release();
            RequestFailure.cut(guard.client(), response, e);
        } finally {
            guard.release();
        }
    }

    private void runAsync(ClientRequest client, AsyncResponse async, StreamLimit.Permit stream, long deadline) {
        InboundRequest inbound = client.request();
        RequestRecord record = inbound.record();
        record.deferEnd();
        BooleanSupplier clientGone = () -> async.hasFailed() || client.guard().clientIsGone();
        try {
            // A request from this machine may be the app's own, made while it renders a page.
            threads.execute(
                    inbound.fromThisMachine(),
                    () -> async.run(() -> {
                        try (stream) {
                            chain.run(client, clientGone, stream, deadline);
                        }
                    }));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            stream.close();
            async.run(() -> {
                record.markShed(ShedReason.THREADS);
                send(Page.BUSY, inbound, client.forwarded(), client.guard().response());
            });
        }
    }

    /** How many requests wait for a permit because the app has too many. */
    public int waiting() {
        return concurrency.waiting();
    }

    /** The counts of the shared cache; all zero when there is none. */
    public CacheStatistics cacheStatistics() {
        return cache == null ? CacheStatistics.NONE : cache.figures();
    }

    /**
     * Removes responses from the shared cache.
     *
     * @param path raw path, as browsers see it, without a query; empty for all responses
     * @return how many were removed; empty when there is no cache
     */
    public Optional<Integer> purge(Optional<String> path) {
        return cache == null ? Optional.empty() : Optional.of(cache.purge(path));
    }

    /** Cuts the event streams, whose clients connect again by themselves. */
    public void endEventStreams() {
        watchdog.stopEndless();
        eventStreams.endAll();
    }

    /**
     * Cuts everything that is still open. Not in {@code destroy()}, because containers call that before the workers are
     * told to end, and the workers tell the clients of WebSockets the reason.
     */
    @Override
    public void close() {
        tunnels.close();
        eventStreams.endAll();
        if (cache != null) {
            cache.close();
        }
        threads.close();
        connections.close();
        watchdog.close();
    }
}
