package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.Worker;
import dev.vtsbasic.bun.WorkerPool;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer: to a worker, to another one when the first was dead, and back to the client. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int BUFFER = 16 * 1024;

    private final WorkerPool pool;
    private final UpstreamClient client;
    private final InboundRequest request;
    private final RequestBody body;
    private final HttpServletResponse response;
    private final Runnable endless;

    /**
     * @param body the client's body; null when there is none
     * @param endless called when the answer turns out to be an event stream, which has no end of its own
     */
    Exchange(
            WorkerPool pool,
            UpstreamClient client,
            InboundRequest request,
            RequestBody body,
            HttpServletResponse response,
            Runnable endless) {
        this.pool = pool;
        this.client = client;
        this.request = request;
        this.body = body;
        this.response = response;
        this.endless = endless;
    }

    /**
     * Runs to the end of the answer.
     *
     * @param holdTimeout how long to wait while no worker is ready
     * @throws IOException when the answer broke off after it had begun; the container must then cut the connection, so
     *     that what the client got does not look complete
     */
    void run(Duration holdTimeout) throws IOException {
        long deadline = System.nanoTime() + holdTimeout.toNanos();
        Worker dead = null;
        boolean retried = false;
        while (true) {
            Worker worker = awaitWorker(dead, deadline).orElse(null);
            if (worker == null) {
                fail(ErrorPage.UNAVAILABLE);
                return;
            }
            try (UpstreamResponse answer = client.send(worker, OutboundRequest.of(request, body))) {
                relay(answer);
                return;
            } catch (UpstreamClient.ConnectFailedException e) {
                // Nothing was sent: wait for the worker that replaces this one.
                dead = worker;
            } catch (SocketTimeoutException e) {
                LOG.warn("{} {}: {} did not answer in time", request.method(), path(), worker.name());
                fail(ErrorPage.GATEWAY_TIMEOUT);
                return;
            } catch (ClientGoneException e) {
                LOG.debug("{} {}: the client left", request.method(), path());
                throw e;
            } catch (IOException | HttpException e) {
                if (retried || !mayBeSentAgain()) {
                    LOG.warn("{} {}: {} broke off: {}", request.method(), path(), worker.name(), e.toString());
                    fail(ErrorPage.BAD_GATEWAY);
                    return;
                }
                retried = true;
                response.reset();
                // The others of this worker's connections may be just as dead.
                client.closeIdle();
            }
        }
    }

    private Optional<Worker> awaitWorker(Worker dead, long deadline) {
        try {
            return pool.await(dead, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private boolean mayBeSentAgain() {
        return !response.isCommitted() && (body == null || !body.started()) && request.isIdempotent();
    }

    private void fail(ErrorPage page) throws IOException {
        if (response.isCommitted()) {
            throw new IOException(page + " after the answer had begun");
        }
        page.send(response, request.header("Accept"), request.method().equals("HEAD"));
    }

    private void relay(UpstreamResponse answer) throws IOException {
        response.setStatus(answer.head().getCode());
        HopByHop hopByHop = new HopByHop(Arrays.stream(answer.head().getHeaders("Connection"))
                .map(Header::getValue)
                .toList());
        boolean chunked = answer.head().containsHeader("Transfer-Encoding");
        for (Header header : answer.head().getHeaders()) {
            // RFC 9112 §6.1: where both stand, the length is not to be believed.
            boolean overridden = chunked && header.getName().equalsIgnoreCase("Content-Length");
            if (!overridden && !hopByHop.includes(header.getName())) {
                response.addHeader(header.getName(), header.getValue());
            }
        }
        String type = response.getContentType();
        if (type != null && type.startsWith("text/event-stream")) {
            endless.run();
        }
        copy(answer.body());
        answer.completed();
    }

    /** Passes each piece on when nothing more has come yet; the last one leaves with the end of the answer. */
    private void copy(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        OutputStream out = null;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            try {
                if (out == null) {
                    out = response.getOutputStream();
                }
                out.write(buffer, 0, count);
                if (in.available() == 0) {
                    out.flush();
                }
            } catch (IOException e) {
                throw new ClientGoneException(e);
            }
        }
    }

    private String path() {
        int query = request.target().indexOf('?');
        return query < 0 ? request.target() : request.target().substring(0, query);
    }
}
