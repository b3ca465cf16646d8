package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.Worker;
import dev.vtsbasic.bun.WorkerLease;
import dev.vtsbasic.bun.WorkerPool;
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
    private final Executor threads;
    private final Set<OpenTunnel> open = ConcurrentHashMap.newKeySet();

    /** @param threads run what waits for a worker's data */
    Tunnels(WorkerPool pool, WorkerConnections connections, Watchdog watchdog, Executor threads) {
        this.pool = pool;
        this.connections = connections;
        this.watchdog = watchdog;
        this.threads = threads;
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
            ErrorPage.NOT_IMPLEMENTED.send(inbound, response, forwarding.requestId());
            return;
        }
        try (Watchdog.Watched watched = watchdog.watch(() -> false)) {
            ChannelSocket socket = connect(deadline).orElse(null);
            if (socket == null) {
                ErrorPage.UNAVAILABLE.send(inbound, response, forwarding.requestId());
                return;
            }
            WorkerHttpConnection connection = new WorkerHttpConnection(socket);
            watched.on(() -> connection.close(CloseMode.IMMEDIATE));
            boolean upgraded = false;
            try {
                ClassicHttpRequest outbound = OutboundRequest.of(inbound, forwarding, null);
                outbound.addHeader("Connection", "Upgrade");
                outbound.addHeader("Upgrade", inbound.header("Upgrade"));
                upgrade.prepare(outbound);
                connection.sendRequestHeader(outbound);
                connection.flush();
                watched.waiting();
                ClassicHttpResponse answer = receiveHead(connection);
                watched.heard();
                if (hasBody(inbound, answer)) {
                    // Without a length this stands for all that follows, including what was read ahead.
                    connection.receiveResponseEntity(answer);
                }
                if (answer.getCode() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
                    upgrade.carry(answer, socket, request, response, threads, open);
                    upgraded = true;
                } else {
                    ResponseRelay relay = new ResponseRelay(inbound.protocol(), response, watched);
                    relay.copyHead(answer);
                    relay.relayBody(answer, connection::hasMore);
                }
            } catch (IOException | HttpException e) {
                fail(inbound, forwarding, response, watched, e);
            } finally {
                if (!upgraded) {
                    connection.close(CloseMode.IMMEDIATE);
                }
            }
        }
    }

    private Optional<ChannelSocket> connect(long deadline) {
        Worker dead = null;
        while (true) {
            try {
                WorkerLease lease = pool.lease(dead, deadline).orElse(null);
                if (lease == null) {
                    return Optional.empty();
                }
                dead = lease.worker();
                return Optional.of(connections.connect(lease));
            } catch (IOException e) {
                LOG.debug("{} cannot be reached", dead.name(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    private static ClassicHttpResponse receiveHead(WorkerHttpConnection connection) throws IOException, HttpException {
        ClassicHttpResponse answer = connection.receiveResponseHeader();
        while (answer.getCode() < 200 && answer.getCode() != HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            answer = connection.receiveResponseHeader();
        }
        return answer;
    }

    private static boolean hasBody(InboundRequest request, ClassicHttpResponse answer) {
        int status = answer.getCode();
        return status == HttpServletResponse.SC_SWITCHING_PROTOCOLS
                || !request.method().equals("HEAD")
                        && status != HttpServletResponse.SC_NO_CONTENT
                        && status != HttpServletResponse.SC_NOT_MODIFIED;
    }

    private static void fail(
            InboundRequest inbound,
            Forwarding forwarding,
            HttpServletResponse response,
            Watchdog.Watched watched,
            Exception failure)
            throws IOException {
        LOG.warn("{} ({}): no tunnel: {}", inbound.path(), forwarding.requestId(), failure.getMessage());
        if (failure instanceof ClientGoneException || response.isCommitted()) {
            throw new IOException(failure);
        }
        ErrorPage page =
                watched.verdict() == Watchdog.Verdict.SILENT ? ErrorPage.GATEWAY_TIMEOUT : ErrorPage.BAD_GATEWAY;
        page.send(inbound, response, forwarding.requestId());
    }

    /** Cuts all tunnels. */
    @Override
    public void close() {
        open.forEach(OpenTunnel::cut);
    }
}
