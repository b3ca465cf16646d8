package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.WorkerPool;
import dev.vtsbasic.settings.Settings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Forwards every request that reaches it to a Bun worker and streams the answer back.
 *
 * <p>Mapped to {@code /*}: a server's own mapping of {@code *.jsp} would win against {@code /}. Safe for any number of
 * threads.
 */
public final class ProxyServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient WorkerPool pool;
    private final transient Settings settings;
    private final transient UpstreamClient client;
    private final transient RunningRequests running = new RunningRequests();

    public ProxyServlet(WorkerPool pool, Settings settings) {
        this.pool = pool;
        this.settings = settings;
        this.client = new UpstreamClient(settings);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        InboundRequest inbound = InboundRequest.of(request);
        if (inbound.method().equals("TRACE") || inbound.method().equals("CONNECT")) {
            response.setStatus(HttpServletResponse.SC_NOT_IMPLEMENTED);
            return;
        }
        RequestBody body =
                inbound.hasBody() ? new RequestBody(request.getInputStream(), inbound.contentLength()) : null;
        Counted counted = new Counted();
        try {
            new Exchange(pool, client, inbound, body, response, counted::leave).run(settings.holdTimeout());
        } finally {
            counted.leave();
        }
    }

    /**
     * Waits until no request is running, event streams aside.
     *
     * @return how many still are after {@code timeout}
     */
    public int awaitIdle(Duration timeout) throws InterruptedException {
        return running.awaitIdle(timeout.toNanos());
    }

    @Override
    public void destroy() {
        client.close();
    }

    /** A request's place among the running ones, which it leaves once. */
    private final class Counted {
        private boolean left;

        Counted() {
            running.enter();
        }

        void leave() {
            if (!left) {
                left = true;
                running.leave();
            }
        }
    }
}
