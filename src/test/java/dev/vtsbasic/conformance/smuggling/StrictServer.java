package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that accepts requests exactly as RFC 9112 defines them, responds to each with its own target, and records
 * all received requests, malformed ones too.
 */
final class StrictServer {
    /**
     * A received request.
     *
     * @param request null when it was malformed
     * @param problem the fault; empty when there was none
     */
    record Seen(Message request, String problem) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Thread acceptor;

    /** Serves every connection that the proxy opens from now on. */
    StrictServer(Scene scene) {
        acceptor = new Thread(
                () -> {
                    try {
                        while (true) {
                            Wire connection = scene.serverOrNull(Wire.PATIENCE);
                            if (connection != null) {
                                Thread thread = new Thread(() -> serve(connection), "strict server");
                                thread.setDaemon(true);
                                thread.start();
                            }
                        }
                    } catch (InterruptedException e) {
                        // The server was stopped.
                    }
                },
                "strict server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    void stop() throws InterruptedException {
        acceptor.interrupt();
        acceptor.join();
    }

    List<Seen> seen() {
        return seen;
    }

    private void serve(Wire connection) {
        try (connection) {
            while (!connection.isAtEnd()) {
                Message request = connection.request();
                String problem = request.head().all("Host").size() == 1 ? "" : "not one Host";
                seen.add(new Seen(request, problem));
                if (!request.complete()) {
                    return;
                }
                String target = request.head().target();
                boolean head = request.head().method().equals("HEAD");
                connection.send(response("200 OK", "Content-Length: " + target.length()) + (head ? "" : target));
            }
        } catch (IOException e) {
            // The proxy left the connection open without a request, or reset it.
        } catch (AssertionError e) {
            seen.add(new Seen(null, e.getMessage()));
        }
    }
}
