package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.tunnel.WebSocketFrameCodec.Frame;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies messages both ways between the container's WebSocket to a client and the proxy's WebSocket to a worker.
 *
 * <p>A message passes in the pieces in which it arrives, so that a large one takes no more memory. Writes block on both
 * sides, so that a slow reader slows the sender down. The worker's pings reach the client and the client's pongs reach
 * the worker; the container itself replies to the client's pings, which its API does not show. The class is public
 * because Jetty requires it.
 */
public final class JettyWebSocketTunnel extends Endpoint implements Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(JettyWebSocketTunnel.class);
    private static final int BUFFER = 16 * 1024;

    /** Maximum wait from the handshake to the open session, which comes at once or, if the client has left, never. */
    private static final int OPENING_SECONDS = 30;

    /** The close code that corresponds to a 502 (IANA's WebSocket Close Code Number Registry). */
    private static final int BAD_GATEWAY = 1014;

    private final CompletableFuture<Session> opening = new CompletableFuture<>();
    private final Socket worker;
    private final WebSocketFrameCodec frames;
    private final Set<Tunnel> open;
    private final RequestRecord record;
    private boolean withinMessage;
    private volatile boolean clientClosed;
    private volatile boolean cut;

    /**
     * @param open the set that holds this tunnel while it is open
     * @param record ended when the tunnel ends
     */
    JettyWebSocketTunnel(Socket worker, InputStream fromWorker, Set<Tunnel> open, RequestRecord record)
            throws IOException {
        this.record = record;
        this.worker = worker;
        this.frames = new WebSocketFrameCodec(fromWorker, worker.getOutputStream());
        this.open = open;
        open.add(this);
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        // No timeout, because the app decides how long an idle WebSocket stays open.
        session.setMaxIdleTimeout(0);
        session.addMessageHandler(String.class, (MessageHandler.Partial<String>)
                (text, last) -> toWorker(WebSocketFrameCodec.TEXT, StandardCharsets.UTF_8.encode(text), last));
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>)
                (bytes, last) -> toWorker(WebSocketFrameCodec.BINARY, bytes, last));
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                pong -> send(WebSocketFrameCodec.PONG, pong.getApplicationData(), true));
        opening.complete(session);
    }

    private void toWorker(int type, ByteBuffer part, boolean last) {
        record.addReceived(part.remaining());
        send(withinMessage ? WebSocketFrameCodec.CONTINUATION : type, part, last);
        withinMessage = !last;
    }

    private void send(int opcode, ByteBuffer payload, boolean last) {
        try {
            frames.send(opcode, payload, last);
        } catch (IOException e) {
            LOG.debug("The worker takes no more", e);
            close(worker);
        }
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        clientClosed = true;
        int code = reason.getCloseCode().getCode();
        if (code == CloseCodes.CLOSED_ABNORMALLY.getCode() || code == CloseCodes.TLS_HANDSHAKE_FAILURE.getCode()) {
            close(worker);
        } else {
            // The worker closes the connection when it has read this frame.
            send(WebSocketFrameCodec.CLOSE, closing(reason), true);
        }
    }

    private static ByteBuffer closing(CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        if (code == CloseCodes.NO_STATUS_CODE.getCode()) {
            return ByteBuffer.allocate(0);
        }
        byte[] phrase = reason.getReasonPhrase().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + phrase.length)
                .putShort((short) code)
                .put(phrase)
                .flip();
    }

    /** {@link #onClose} follows. */
    @Override
    public void onError(Session session, Throwable failure) {
        LOG.debug("A WebSocket broke", failure);
    }

    /** Copies the worker's messages to the client until either closes, then closes both. Blocks until then. */
    void copyToClient() {
        Session client = null;
        CloseReason reason =
                new CloseReason(CloseCodes.getCloseCode(BAD_GATEWAY), "The application closed the connection");
        try {
            client = opening.get(OPENING_SECONDS, TimeUnit.SECONDS);
            reason = copyUntilClosed(client.getBasicRemote());
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            LOG.debug("A tunnel broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.remove(this);
        record.end();
        close(worker);
        close(client, cut ? new CloseReason(CloseCodes.GOING_AWAY, "The server is restarting") : reason);
    }

    private CloseReason copyUntilClosed(RemoteEndpoint.Basic client) throws IOException {
        Utf8StreamDecoder text = new Utf8StreamDecoder();
        boolean isText = false;
        while (true) {
            Frame frame = frames.next();
            switch (frame.opcode()) {
                case WebSocketFrameCodec.CLOSE -> {
                    ByteBuffer payload = frames.readAll(frame);
                    frames.send(WebSocketFrameCodec.CLOSE, payload.duplicate(), true);
                    return reasonOf(payload);
                }
                case WebSocketFrameCodec.PING -> toClient(() -> client.sendPing(frames.readAll(frame)));
                case WebSocketFrameCodec.PONG -> toClient(() -> client.sendPong(frames.readAll(frame)));
                default -> {
                    if (frame.opcode() != WebSocketFrameCodec.CONTINUATION) {
                        isText = frame.opcode() == WebSocketFrameCodec.TEXT;
                    }
                    copyPayload(frame, client, isText ? text : null);
                }
            }
        }
    }

    private void copyPayload(Frame frame, RemoteEndpoint.Basic client, Utf8StreamDecoder text) throws IOException {
        byte[] buffer = new byte[(int) Math.min(frame.length(), BUFFER)];
        long left = frame.length();
        do {
            int count = frames.read(buffer, left);
            left -= count;
            record.addSent(count);
            boolean last = frame.last() && left == 0;
            if (text == null) {
                toClient(() -> client.sendBinary(ByteBuffer.wrap(buffer, 0, count), last));
            } else {
                String piece = text.decode(buffer, count, last);
                toClient(() -> client.sendText(piece, last));
            }
        } while (left > 0);
    }

    /**
     * Sends to the client, and ignores a failure once the client has closed. The worker's frames are then still read to
     * their end, because the worker's connection would otherwise be closed before it gets the client's close frame.
     */
    private void toClient(Sending sending) throws IOException {
        try {
            sending.send();
        } catch (IOException | RuntimeException e) {
            if (!clientClosed) {
                throw e;
            }
        }
    }

    private static CloseReason reasonOf(ByteBuffer payload) {
        if (payload.remaining() < 2) {
            return new CloseReason(CloseCodes.NO_STATUS_CODE, null);
        }
        int code = Short.toUnsignedInt(payload.getShort());
        return new CloseReason(
                CloseCodes.getCloseCode(code),
                StandardCharsets.UTF_8.decode(payload).toString());
    }

    private static void close(Session client, CloseReason reason) {
        if (client == null) {
            return;
        }
        try {
            client.close(reason);
        } catch (IOException | RuntimeException e) {
            LOG.debug("While closing", e);
        }
    }

    private static void close(Socket worker) {
        try {
            worker.close();
        } catch (IOException e) {
            LOG.debug("While closing", e);
        }
    }

    @Override
    public void cut() {
        cut = true;
        open.remove(this);
        close(worker);
    }

    /** Sends one piece to the client. */
    @FunctionalInterface
    private interface Sending {
        void send() throws IOException;
    }
}
