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
import dev.vtsbasic.proxy.container.NoClientConnection;
import dev.vtsbasic.proxy.container.ProcNetTcp;
import dev.vtsbasic.proxy.exchange.EventStreamRegistry;
import dev.vtsbasic.proxy.exchange.Exchange;
import dev.vtsbasic.proxy.exchange.ExchangeContext;
import dev.vtsbasic.proxy.exchange.RequestBody;
import dev.vtsbasic.proxy.exchange.Watchdog;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
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
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards every request that reaches it to a worker and streams the answer back.
 *
 * <p>Mapped to {@code /*}: a server's own mapping of {@code *.jsp} would win against {@code /}. Safe for any number of
 * threads.
 */
public final class ProxyServlet extends HttpServlet implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServlet.class);

    /** Each that waits for the worker's answer holds a thread of the container's, of which there may be 200. */
    private static final int MAX_OFFERS = 50;

    private final transient ProxySettings settings;
    private final transient String base;
    private final transient Pages pages;
    private final transient ConcurrencyLimit concurrency;
    private final transient WorkerConnectionPool connections;
    private final transient Watchdog watchdog;
    private final transient TunnelOpener tunnels;
    private final transient StreamLimit streams;
    private final transient Semaphore offers;
    private final transient HandshakeLimit handshakes = new HandshakeLimit(System::nanoTime);
    private final transient ExchangeExecutor threads;
    private final transient EventStreamRegistry eventStreams;
    private final transient Exchange.Environment environment;
    private final transient AtomicBoolean warnedOfPrefix = new AtomicBoolean();
    private final transient InFlightRequests running;
    private final transient ProcNetTcp clients = new ProcNetTcp();

    /** Null when there is none: then nothing of it is loaded. */
    private final transient SharedCache cache;

    /**
     * @param base path at which browsers see the application; empty at the root
     * @param pages what is sent when the app cannot answer
     * @param running where requests are counted, event streams and tunnels aside
     */
    public ProxyServlet(WorkerPool pool, ProxySettings settings, String base, Pages pages, InFlightRequests running) {
        this.settings = settings;
        this.base = base;
        this.pages = pages;
        this.running = running;
        int mostRequests = HeapBudget.ofHeap(settings.cache()).requests();
        this.concurrency =
                new ConcurrencyLimit(settings.limits().maxConcurrent().orElse(mostRequests), settings.holdQueue());
        this.streams = new StreamLimit();
        this.offers = new Semaphore(MAX_OFFERS);
        this.threads = new ExchangeExecutor(mostRequests);
        this.eventStreams = new EventStreamRegistry(threads::executeRelay);
        this.connections = new WorkerConnectionPool(settings.connectTimeout());
        this.watchdog = new Watchdog(settings.responseTimeout());
        this.environment = new Exchange.Environment(
                pool,
                connections,
                eventStreams,
                new SecurityHeaders(settings.securityHeaders(), settings.trustedProxies()),
                threads::executeRelay,
                pages);
        this.tunnels = new TunnelOpener(threads::executeRelay);
        this.cache = settings.cache() > 0 ? new SharedCache(settings.cache(), threads::executeRelay) : null;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        IOException failure = AsyncResponse.failureOf(request);
        if (failure != null) {
            cut(ClientConnection.of(request, response, "", "", clients), response, failure);
            return;
        }
        // Everything is read before startAsync(): some containers reuse the request object from then on.
        InboundRequest inbound = InboundRequest.of(request, base);
        RequestRecord record = inbound.record();
        ForwardedHeaders forwarding = ForwardedHeaders.of(inbound, record.caller(request));
        warnOfPrefix(forwarding.prefix());
        if (inbound.method().equals("TRACE") || inbound.method().equals("CONNECT")) {
            send(Page.NOT_IMPLEMENTED, inbound, forwarding, response);
            return;
        }
        if (settings.maxBody() > 0 && inbound.contentLength() > settings.maxBody()) {
            send(Page.BODY_TOO_LARGE, inbound, forwarding, response);
            return;
        }
        long deadline = System.nanoTime() + settings.holdTimeout().toNanos();
        ClientConnection client =
                ClientConnection.of(request, response, inbound.protocol(), inbound.clientAddress(), clients);
        if (client.isStream() && client.isGone()) {
            // Its body would look as if it had ended, or as if there were none.
            record.clientDisconnected();
            return;
        }
        ConnectionGuard guard = new ConnectionGuard(client, response);
        UpgradeOffer upgrade;
        try {
            upgrade = offerOf(inbound, request, response, guard);
        } catch (ProtocolUpgrade.NoWebSocketException e) {
            send(Page.NOT_IMPLEMENTED, inbound, forwarding, response);
            return;
        }
        boolean holdsThread = upgrade != null && !ExchangeExecutor.currentIsVirtual();
        HandshakeLimit.Permit handshake = null;
        boolean isOffer = false;
        if (holdsThread && UpgradeHeader.isWebSocketHandshake(inbound)) {
            handshake = handshakes.enter().orElse(null);
            if (handshake == null) {
                record.shed(ShedReason.THREADS);
                send(Page.BUSY, inbound, forwarding, response);
                return;
            }
            if (handshake.deadline().isPresent()) {
                upgrade.endAt(handshake.deadline().getAsLong());
                deadline -= Math.max(0, deadline - handshake.deadline().getAsLong());
            }
        } else if (holdsThread) {
            // RFC 9110 §7.8: an offer may be ignored, save that of a WebSocket, which nothing else can answer.
            isOffer = offers.tryAcquire();
            upgrade = isOffer ? upgrade : null;
        }
        RequestBody body = inbound.hasBody()
                ? new RequestBody(
                        request.getInputStream(), inbound.contentLength(), settings.maxBody(), client, guard, record)
                : null;
        // Containers switch protocols only on their own thread, within service(); and another filter of the container's
        // may not allow asynchronous requests.
        StreamLimit.Permit permit = streams.permitFor(request, client);
        if (upgrade != null || ExchangeExecutor.currentIsVirtual() || !request.isAsyncSupported()) {
            try (permit) {
                run(new Call(inbound, forwarding, body, guard, client), guard::clientIsGone, permit, upgrade, deadline);
            } catch (IOException e) {
                endFailed(record, response);
                guard.release();
                cut(client, response, e);
            } finally {
                guard.release();
                if (isOffer) {
                    offers.release();
                }
                if (handshake != null) {
                    handshake.close();
                }
            }
        } else {
            AsyncResponse answer = AsyncResponse.start(request, response, client, guard);
            runElsewhere(new Call(inbound, forwarding, body, guard, client), answer, permit, deadline);
        }
    }

    /** Null when there is none, or none that the answer may depend on. */
    private UpgradeOffer offerOf(
            InboundRequest inbound, HttpServletRequest request, HttpServletResponse response, ConnectionGuard guard)
            throws ProtocolUpgrade.NoWebSocketException {
        if (cache != null && StoragePolicy.appliesTo(inbound)) {
            // What the cache may answer is a plain request, as RFC 9110 §7.8 allows.
            return null;
        }
        if (UpgradeHeader.isWebSocketHandshake(inbound)) {
            inbound.record().kind(RequestKind.TUNNEL);
        }
        return tunnels.offerOf(inbound, request, response, guard).orElse(null);
    }

    private void send(Page page, InboundRequest inbound, ForwardedHeaders forwarding, HttpServletResponse response)
            throws IOException {
        pages.send(page, inbound.pageRequest(forwarding.requestId()), response);
    }

    /** Pages are made for one path: a proxy that shows them at another one has to be known beforehand. */
    private void warnOfPrefix(String prefix) {
        // What this proxy takes off may be followed by what the next one, or the container, does.
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

    /** A client's request, the parts of which the container's request and response are no longer asked for. */
    private record Call(
            InboundRequest request,
            ForwardedHeaders forwarding,
            RequestBody body,
            ConnectionGuard guard,
            ClientConnection client) {
        ExchangeContext context(Watchdog.Watched watched, Runnable endless, UpgradeOffer upgrade) {
            return new ExchangeContext(request, forwarding, body, guard.response(), client, watched, endless, upgrade);
        }
    }

    /**
     * Takes the request through permit, cache and exchange to the end of its response.
     *
     * @param clientGone whether the client has left
     * @param upgrade the client's offer to switch protocols; null when there is none
     * @param deadline how long to wait for a permit or a worker, in terms of {@link System#nanoTime}
     */
    private void run(
            Call call, BooleanSupplier clientGone, StreamLimit.Permit permit, UpgradeOffer upgrade, long deadline)
            throws IOException {
        InFlightRequests.Permit inFlight = running.enter();
        try (Watchdog.Watched watched = watchdog.watch(clientGone)) {
            if (!permit.acquire(deadline)) {
                call.request().record().shed(ShedReason.CONCURRENCY);
                send(Page.BUSY, call.request(), call.forwarding(), call.guard().response());
                return;
            }
            if (call.client().isStream()) {
                watched.clientMayBeAsked();
            }
            if (upgrade != null) {
                upgrade.deadline().ifPresent(watched::endAt);
            }
            Runnable endless = () -> {
                inFlight.leave();
                ExchangeExecutor.makeRoom();
            };
            ExchangeContext context = call.context(watched, endless, upgrade);
            if (cache == null) {
                ask(context, deadline);
            } else {
                SharedCache.App app = (asked, response, until) -> ask(context.with(asked, response), until);
                cache.answer(
                        call.request(),
                        call.forwarding(),
                        context.response(),
                        app,
                        renewal(call.forwarding()),
                        deadline);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw explained(e, call);
        } finally {
            inFlight.leave();
        }
    }

    /**
     * Notes how an exchange failed, and makes sure that the client does not take a cut response for a whole one.
     *
     * @return what the container is told
     */
    private static IOException explained(Throwable failure, Call call) throws IOException {
        InboundRequest request = call.request();
        ClientConnection client = call.client();
        if (failure instanceof ClientDisconnectedException) {
            LOG.debug(
                    "{} {} ({}): the client left",
                    request.method(),
                    request.path(),
                    call.forwarding().requestId());
            request.record().clientDisconnected();
            resetIfEndIsSilent(request, client);
            // A container knows its own exception for what it is, and does not log it as a failure.
            return failure.getCause() instanceof IOException cause ? cause : (IOException) failure;
        }
        if (failure instanceof IOException broken) {
            resetIfEndIsSilent(request, client);
            return broken;
        }
        if (client.isStream() && client.isGone()) {
            // Tomcat takes the response away from a thread other than its own.
            request.record().clientDisconnected();
            return new IOException(failure);
        }
        resetIfEndIsSilent(request, client);
        Event.REQUEST_FAILED.log(
                LOG,
                "{method} {path} ({request_id}, trace {trace_id})",
                request.method(),
                request.path(),
                call.forwarding().requestId(),
                call.forwarding().traceId(),
                failure);
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw (Error) failure;
    }

    /** Takes a permit for the app, and runs an exchange with a worker. */
    private void ask(ExchangeContext context, long deadline) throws IOException {
        InboundRequest request = context.request();
        Optional<ConcurrencyLimit.Permit> permit =
                concurrency.acquire(request.fromThisMachine(), deadline, request.record()::held);
        if (permit.isEmpty()) {
            request.record().shed(ShedReason.CONCURRENCY);
            send(Page.BUSY, request, context.forwarded(), context.response());
            return;
        }
        try {
            new Exchange(environment, context.beforeEndless(permit.get()::release)).run(deadline);
        } finally {
            permit.get().release();
        }
    }

    /** How the cache asks the app for what no client waits for. */
    private SharedCache.App renewal(ForwardedHeaders forwarding) {
        return (asked, answer, until) -> {
            try (Watchdog.Watched watched = watchdog.watch(() -> false)) {
                ask(
                        new ExchangeContext(
                                asked, forwarding, null, answer, new NoClientConnection(), watched, () -> {}, null),
                        until);
            }
        };
    }

    /**
     * Ends a failed request without an answer, or with what it has of one. An exception before the answer makes some
     * containers send a page with its stack trace, to a client that may have ended no more than its own side.
     */
    private static void cut(ClientConnection client, HttpServletResponse response, IOException failure)
            throws IOException {
        if (client.cut()) {
            return;
        }
        if (response.isCommitted()) {
            throw failure;
        }
        response.reset();
        response.setHeader("Connection", "close");
        response.setContentLength(0);
        response.setStatus(
                failure instanceof SocketTimeoutException
                        ? HttpServletResponse.SC_REQUEST_TIMEOUT
                        : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.flushBuffer();
    }

    /** Where the end of a connection is the end of an answer, whoever reads on would take a cut one for whole. */
    private static void resetIfEndIsSilent(InboundRequest inbound, ClientConnection client) {
        if (inbound.protocol().equals("HTTP/1.0") || client.isStream()) {
            client.resetWhenClosed();
        }
    }

    private void runElsewhere(Call call, AsyncResponse answer, StreamLimit.Permit permit, long deadline) {
        HttpServletResponse response = call.guard().response();
        InboundRequest inbound = call.request();
        inbound.record().endsLater();
        try {
            // It may be the app's own, made while it renders a page.
            threads.execute(
                    inbound.fromThisMachine(),
                    () -> runToEnd(answer, call, () -> {
                        BooleanSupplier clientGone =
                                () -> answer.hasFailed() || call.guard().clientIsGone();
                        try (permit) {
                            run(call, clientGone, permit, null, deadline);
                        }
                    }));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            permit.close();
            runToEnd(answer, call, () -> {
                inbound.record().shed(ShedReason.THREADS);
                send(Page.BUSY, inbound, call.forwarding(), response);
            });
        }
    }

    private static void runToEnd(AsyncResponse answer, Call call, Exchanging exchanging) {
        InboundRequest inbound = call.request();
        HttpServletResponse response = call.guard().response();
        try {
            exchanging.run();
            boolean head = inbound.method().equals("HEAD") && inbound.protocol().startsWith("HTTP/2");
            if (head || response.getStatus() >= HttpServletResponse.SC_BAD_REQUEST) {
                // Tomcat would send the end of the stream without a head; GlassFish says 200 if it is to send the head
                // itself.
                response.flushBuffer();
            }
            inbound.record().end(response, false);
            if (call.body() != null) {
                call.body().linger(inbound.expectsContinue());
            }
            answer.complete();
        } catch (IOException | RuntimeException | Error e) {
            endFailed(inbound.record(), response);
            answer.cut(e instanceof IOException failure ? failure : new IOException(e));
        }
    }

    private static void endFailed(RequestRecord record, HttpServletResponse response) {
        try {
            record.end(response, true);
        } catch (RuntimeException e) {
            // Tomcat has taken the response of a client that left away.
            record.clientDisconnected();
            record.end();
        }
    }

    @FunctionalInterface
    private interface Exchanging {
        void run() throws IOException;
    }

    /** How many wait until the app has fewer requests. */
    public int waiting() {
        return concurrency.waiting();
    }

    /** What the shared cache has done; all zero when there is none. */
    public CacheStatistics cacheFigures() {
        return cache == null ? CacheStatistics.NONE : cache.figures();
    }

    /**
     * Removes answers from the shared cache.
     *
     * @param path raw, as browsers see it, with whatever query; empty for everything
     * @return how many there were; empty when there is no cache
     */
    public Optional<Integer> purge(Optional<String> path) {
        return cache == null ? Optional.empty() : Optional.of(cache.purge(path));
    }

    /** Cuts the event streams, whose clients connect again by themselves. */
    public void endEventStreams() {
        watchdog.endEndless();
        eventStreams.end();
    }

    /**
     * Cuts what is still open. Not in {@code destroy()}: containers call that before the workers are told to end, and it is
     * the workers who tell the clients of WebSockets why.
     */
    @Override
    public void close() {
        tunnels.close();
        eventStreams.end();
        if (cache != null) {
            cache.close();
        }
        threads.close();
        connections.close();
        watchdog.close();
    }
}
