package dev.vtsbasic.testing.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A client that sends requests at a constant rate, no matter whether earlier ones have ended, and never retries.
 *
 * <p>It uses one thread and reuses plain connections, because it shares the processors with the server. A latency
 * counts from the time a request was due, and leaves out the time that the app waits on purpose.
 */
public final class OpenLoop implements AutoCloseable {
    /** The app's code for the requests: a page, an order with an Idempotency-Key, and a response in pieces. */
    public static final String APP = """
              const { pathname, searchParams } = new URL(request.url);
              const number = searchParams.get("number");
              if (pathname === "/page") return new Response("page " + number + "-".repeat(1000) + "end");
              if (pathname === "/order") return new Response("order " + number + "end");
              if (pathname === "/stream") {
                const pieces = Number(searchParams.get("pieces"));
                return new Response((async function* () {
                  yield "stream of " + process.pid + " ";
                  for (let i = 0; i < pieces; i++) {
                    await Bun.sleep(%d);
                    yield number + " ";
                  }
                  yield "end";
                })());
              }
            """.formatted(OpenLoop.PIECE_MILLIS);

    public static final int PIECE_MILLIS = 20;
    private static final int MAX_RESPONSE_BYTES = 4096;

    private final InetSocketAddress server;
    private final long periodNanos;
    private final boolean keys;
    private final long started = System.nanoTime();
    private final Selector selector = Selector.open();
    private final Thread thread = new Thread(this::run, "open-loop");
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Asked> over = new ArrayList<>();
    private int sent;
    private int underWay;
    private boolean ending;
    private volatile boolean closing;

    /** The outcome of a request. */
    public enum Outcome {
        /** Status 200 and a complete, correct response. */
        WHOLE,
        /** A response in pieces that had begun and visibly broke off. */
        CUT,
        FAILED
    }

    /**
     * A request that has ended. Times are as of {@link System#nanoTime}.
     *
     * @param due when it was due to be sent
     * @param end when its response ended
     * @param latencyNanos from {@code due} to {@code end}, without the time that the app waits on purpose
     * @param what the request line, and the response unless it was correct
     */
    public record Asked(long due, long end, long latencyNanos, Outcome outcome, String what) {}

    private OpenLoop(URI server, int perSecond, boolean keys) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getByName(server.getHost()), server.getPort());
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.keys = keys;
    }

    public static OpenLoop start(URI server, int perSecond) throws IOException {
        return start(server, perSecond, true);
    }

    /**
     * Sends orders without an Idempotency-Key, so no proxy may send an order to another server once a server has seen
     * it.
     */
    public static OpenLoop startWithoutKeys(URI server, int perSecond) throws IOException {
        return start(server, perSecond, false);
    }

    private static OpenLoop start(URI server, int perSecond, boolean keys) throws IOException {
        OpenLoop loop = new OpenLoop(server, perSecond, keys);
        loop.thread.setDaemon(true);
        loop.thread.start();
        return loop;
    }

    /** Waits until this much more time's worth of requests has been sent. */
    public void go(Duration time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long last = sent + time.toNanos() / periodNanos;
            while (sent < last && thread.isAlive()) {
                changed.await(1, TimeUnit.SECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops sending and waits for outstanding responses; a request without a response at the deadline counts as failed.
     */
    public List<Asked> finish(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            ending = true;
            selector.wakeup();
            for (long left = timeout.toNanos(); underWay > 0 && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            List<Asked> all = new ArrayList<>(over);
            for (int i = 0; i < underWay; i++) {
                all.add(new Asked(started, System.nanoTime(), timeout.toNanos(), Outcome.FAILED, "no answer"));
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!closing) {
                long wait = sendWhatIsDue();
                selector.select(Math.max(1, wait / 1_000_000));
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                    SelectionKey key = keys.next();
                    ((Connection) key.attachment()).proceed(key);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return nanoseconds until the next request is due */
    private long sendWhatIsDue() {
        while (true) {
            lock.lock();
            long due;
            int number;
            try {
                due = started + sent * periodNanos;
                long left = due - System.nanoTime();
                if (ending || closing || left > 0) {
                    return ending ? TimeUnit.SECONDS.toNanos(1) : left;
                }
                number = sent++;
                underWay++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            LoadRequest request = LoadRequest.number(number, due, keys);
            try {
                (idle.isEmpty() ? new Connection() : idle.pop()).ask(request);
            } catch (IOException e) {
                over(request, Outcome.FAILED, e.toString());
            }
        }
    }

    private void over(LoadRequest request, Outcome outcome, String why) {
        long end = System.nanoTime();
        long latency = end - request.due() - TimeUnit.MILLISECONDS.toNanos(request.ownMillis());
        lock.lock();
        try {
            over.add(new Asked(request.due(), end, latency, outcome, request.line() + ": " + why));
            underWay--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    /** A connection with one request at a time; only the loop's thread uses it. */
    private final class Connection {
        private final SocketChannel channel = SocketChannel.open();
        private final ByteBuffer response = ByteBuffer.allocate(MAX_RESPONSE_BYTES);
        private LoadRequest request;
        private ByteBuffer octets;

        Connection() throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = channel.connect(server);
            channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
        }

        void ask(LoadRequest next) {
            request = next;
            octets = next.octets();
            response.clear();
            SelectionKey key = channel.keyFor(selector);
            if ((key.interestOps() & SelectionKey.OP_CONNECT) == 0) {
                key.interestOps(SelectionKey.OP_WRITE);
                proceed(key);
            }
        }

        void proceed(SelectionKey key) {
            try {
                if (!key.isValid()) {
                    return;
                }
                if ((key.interestOps() & SelectionKey.OP_CONNECT) != 0) {
                    channel.finishConnect();
                    key.interestOps(SelectionKey.OP_WRITE);
                }
                if ((key.interestOps() & SelectionKey.OP_WRITE) != 0) {
                    channel.write(octets);
                    key.interestOps(octets.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
                    return;
                }
                int count = channel.read(response);
                if (request == null) {
                    idle.remove(this);
                    channel.close();
                } else if (count < 0) {
                    throw new IOException("closed");
                } else {
                    look();
                }
            } catch (IOException e) {
                broken(e);
            }
        }

        private String text() {
            return new String(response.array(), 0, response.position(), StandardCharsets.ISO_8859_1);
        }

        private void look() throws IOException {
            String text = text();
            int head = text.indexOf("\r\n\r\n");
            // Some proxies send field names in lower case.
            String fields = head < 0 ? "" : text.substring(0, head + 2).toLowerCase(Locale.ROOT);
            boolean chunked = fields.contains("\r\ntransfer-encoding: chunked\r\n");
            boolean whole =
                    head > 0 && (chunked ? text.endsWith("\r\n0\r\n\r\n") : text.length() - head - 4 >= length(fields));
            if (!whole) {
                if (!response.hasRemaining()) {
                    throw new IOException("more than was asked for");
                }
                return;
            }
            LoadRequest asked = request;
            request = null;
            String body = chunked ? unchunked(text.substring(head + 4)) : text.substring(head + 4);
            boolean right = text.startsWith("HTTP/1.1 200 ")
                    && (asked.isStream() ? body.endsWith(" " + asked.end()) : body.equals(asked.end()));
            over(asked, right ? Outcome.WHOLE : Outcome.FAILED, right ? "" : text);
            if (fields.contains("\r\nconnection: close\r\n")) {
                channel.close();
            } else {
                idle.push(this);
            }
        }

        private static int length(String fields) throws IOException {
            String name = "\r\ncontent-length: ";
            int field = fields.indexOf(name);
            if (field < 0) {
                throw new IOException("an answer of unknown length");
            }
            int value = field + name.length();
            return Integer.parseInt(fields.substring(value, fields.indexOf("\r\n", value)));
        }

        private static String unchunked(String chunks) throws IOException {
            StringBuilder body = new StringBuilder();
            for (int at = 0; ; ) {
                int line = chunks.indexOf("\r\n", at);
                int size = Integer.parseInt(chunks.substring(at, line), 16);
                if (size == 0) {
                    return body.toString();
                }
                body.append(chunks, line + 2, line + 2 + size);
                at = line + 2 + size + 2;
            }
        }

        private void broken(IOException why) {
            LoadRequest asked = request;
            request = null;
            try {
                channel.close();
            } catch (IOException e) {
                // The connection is not used again.
            }
            if (asked != null) {
                boolean begun = text().startsWith("HTTP/1.1 200 ") && text().contains("\r\n\r\n");
                over(
                        asked,
                        begun && asked.isStream() ? Outcome.CUT : Outcome.FAILED,
                        why + " after \"" + text() + "\"");
            }
        }
    }
}
