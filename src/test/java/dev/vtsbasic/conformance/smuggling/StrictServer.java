package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that takes requests exactly as RFC 9112 has them, answers each with its own target, and remembers all that
 * came, the malformed too.
 */
final class StrictServer {
    /**
     * What came.
     *
     * @param request null when it was malformed
     * @param problem what was wrong with it, or empty
     */
    record Seen(Message request, String problem) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Thread acceptor;

    /** Serves every connection that the proxy makes from now on. */
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
                        // Stopped.
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
            // The proxy left it open, or broke it off.
        } catch (AssertionError e) {
            seen.add(new Seen(null, e.getMessage()));
        }
    }
}
