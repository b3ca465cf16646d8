package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.WorkerLease;
import dev.vtsbasic.bun.WorkerPool;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.RunningRequests;
import dev.vtsbasic.traffic.UpstreamError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.io.CloseMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens tunnels for requests to switch protocols (RFC 9110 §7.8), WebSocket before all.
 *
 * <p>The worker is asked first, on a connection of its own; only when it agrees is the client's connection upgraded. A
 * refusal is passed on as the answer that it is. All of it happens on the container's thread: elsewhere most containers
 * cannot upgrade.
 */
final class Tunnels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnels.class);

    private final WorkerPool pool;
    private final WorkerConnections connections;
    private final Watchdog watchdog;
    private final RunningRequests running;
    private final Executor threads;
    private final Pages pages;
    private final Set<OpenTunnel> open = ConcurrentHashMap.newKeySet();

    /**
     * @param threads run what waits for a worker's data
     * @param pages what is sent when the app cannot answer
     */
    Tunnels(
            WorkerPool pool,
            WorkerConnections connections,
            Watchdog watchdog,
            RunningRequests running,
            Executor threads,
            Pages pages) {
        this.pool = pool;
        this.connections = connections;
        this.watchdog = watchdog;
        this.running = running;
        this.threads = threads;
        this.pages = pages;
    }

    /** Whether the client wants to switch protocols; to HTTP/2 it cannot, since the next hop is another connection. */
    static boolean isAskedFor(InboundRequest request) {
        String protocol = request.header("Upgrade").toLowerCase(Locale.ROOT);
        boolean nominated =
                request.joined("Connection").toLowerCase(Locale.ROOT).contains("upgrade");
        // RFC 9110 §7.8: a server ignores it in a request of HTTP/1.0.
        return nominated
                && request.protocol().equals("HTTP/1.1")
                && !protocol.isEmpty()
                && !protocol.startsWith("h2c")
                && !protocol.startsWith("tls/")
                && !request.hasBody();
    }

    void open(
            InboundRequest inbound,
            Forwarding forwarding,
            HttpServletRequest request,
            HttpServletResponse response,
            long deadline)
            throws IOException {
        Upgrade upgrade = Upgrade.of(request.getServletContext(), inbound.header("Upgrade"))
                .orElse(null);
        if (upgrade == null) {
            pages.send(Page.NOT_IMPLEMENTED, inbound.pageRequest(forwarding.requestId()), response);
            return;
        }
        RequestRecord record = inbound.record();
        ResponseStart start = new ResponseStart(response);
        RunningRequests.Place place = running.enter();
        RetryPolicy retries = new RetryPolicy(inbound, forwarding.requestId());
        WorkerSearch search = new WorkerSearch(pool, retries, deadline, record);
        try (Watchdog.Watched watched = watchdog.watch(() -> false)) {
            while (true) {
                WorkerLease lease = search.find().orElse(null);
                if (lease == null) {
                    pages.send(
                            search.page(), inbound.pageRequest(forwarding.requestId()), response, search.explanation());
                    return;
                }
                ChannelSocket socket = connect(lease).orElse(null);
                if (socket == null) {
                    search.cannotReach(lease.worker());
                    continue;
                }
                WorkerHttpConnection connection = new WorkerHttpConnection(socket);
                watched.on(() -> connection.close(CloseMode.IMMEDIATE));
                boolean upgraded = false;
                boolean begun = false;
                try {
                    ClassicHttpRequest outbound = OutboundRequest.of(inbound, forwarding, null);
                    outbound.addHeader("Connection", "Upgrade");
                    outbound.addHeader("Upgrade", inbound.header("Upgrade"));
                    upgrade.prepare(outbound);
                    lease.begin();
                    ClassicHttpResponse answer = ask(connection, outbound, watched);
                    begun = true;
                    boolean switches = answer.getCode() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
                    if (switches || WorkerHttpConnection.hasBody(inbound.method(), answer)) {
                        // Without a length this stands for all that follows, including what was read ahead.
                        connection.receiveResponseEntity(answer);
                    }
                    if (switches) {
                        // The worker closes its WebSockets itself when it is to go.
                        lease.endless(() -> {});
                        upgrade.carry(answer, socket, request, response, threads, open);
                        upgraded = true;
                    } else {
                        ResponseRelay relay = new ResponseRelay(inbound.protocol(), response, watched, record);
                        relay.copyHead(answer);
                        relay.relayBody(answer, connection::hasMore);
                        connection.checkEnd(answer);
                        lease.answered();
                    }
                    return;
                } catch (IOException | HttpException e) {
                    boolean broken = watched.verdict() == null && !begun;
                    if (!broken || !retries.takeReplay(!response.isCommitted(), lease, false)) {
                        fail(inbound, forwarding, response, start, watched, e);
                        return;
                    }
                    watched.heard();
                    start.restore();
                    record.retried();
                } finally {
                    if (!upgraded) {
                        connection.close(CloseMode.IMMEDIATE);
                    }
                }
            }
        } finally {
            place.leave();
        }
    }

    /** A worker may answer early and close, so that sending fails although the answer has come. */
    private static ClassicHttpResponse ask(
            WorkerHttpConnection connection, ClassicHttpRequest outbound, Watchdog.Watched watched)
            throws IOException, HttpException {
        try {
            connection.sendRequestHeader(outbound);
            connection.flush();
        } catch (IOException e) {
            LOG.debug("{} was not sent as a whole", outbound.getRequestUri(), e);
        }
        watched.waiting();
        ClassicHttpResponse answer = connection.receiveHead();
        watched.heard();
        return answer;
    }

    /** Empty when the worker cannot be reached. */
    private Optional<ChannelSocket> connect(WorkerLease lease) {
        try {
            return Optional.of(connections.connect(lease));
        } catch (IOException e) {
            LOG.debug("{} cannot be reached", lease.worker().name(), e);
            return Optional.empty();
        }
    }

    private void fail(
            InboundRequest inbound,
            Forwarding forwarding,
            HttpServletResponse response,
            ResponseStart start,
            Watchdog.Watched watched,
            Exception failure)
            throws IOException {
        Event.TUNNEL_FAILED.log(
                LOG,
                "{path} ({request_id}, trace {trace_id}): no tunnel: {problem}",
                inbound.path(),
                forwarding.requestId(),
                forwarding.traceId(),
                failure.getMessage());
        if (failure instanceof ClientGoneException) {
            inbound.record().clientGone();
        } else {
            inbound.record().upstreamError(errorOf(watched, failure));
        }
        if (failure instanceof ClientGoneException || response.isCommitted()) {
            throw new IOException(failure);
        }
        start.restore();
        Page page = watched.verdict() == Watchdog.Verdict.SILENT ? Page.GATEWAY_TIMEOUT : Page.BAD_GATEWAY;
        pages.send(page, inbound.pageRequest(forwarding.requestId()), response);
    }

    private static UpstreamError errorOf(Watchdog.Watched watched, Exception failure) {
        if (watched.verdict() == Watchdog.Verdict.SILENT) {
            return UpstreamError.SILENT;
        }
        return failure instanceof HttpException ? UpstreamError.NOT_HTTP : UpstreamError.BROKE_OFF;
    }

    /** Cuts all tunnels. */
    @Override
    public void close() {
        open.forEach(OpenTunnel::cut);
    }
}
