package dev.vtsbasic.proxy.upstream;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ResponseSyntax;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * HttpClient's HTTP/1.1 connection to a worker, on a {@link ChannelSocket}. It adds stricter checks of what a worker
 * sends, and shows whether more has arrived than was read.
 */
public final class Http1Connection extends DefaultManagedHttpClientConnection {
    /** Bytes of each of a connection's two buffers, enough for a usual head. Larger pieces of a body bypass them. */
    private static final int BUFFER = 2 * 1024;

    /** Maximum size of a response's head. A head is held in memory, and other apps may share the JVM. */
    private static final int MAX_HEAD_KIB = 64;

    private static final int MAX_HEAD = MAX_HEAD_KIB * 1024;

    private static final int MAX_FIELDS = 500;

    /** Bytes around the name and value of each field: colon, space, CR and LF. */
    private static final int AROUND_FIELD = 4;

    /** Takes effect only for trailers, because {@link ChannelSocket#limitReading} bounds a line of a head. */
    private static final int MAX_LINE = MAX_HEAD + 2 * BUFFER;

    private static final int MAX_TRAILERS = 100;

    private static final Http1Config HTTP1 = Http1Config.custom()
            .setBufferSize(BUFFER)
            .setMaxLineLength(MAX_LINE)
            // HttpCore rejects a head that reaches this count.
            .setMaxHeaderCount(MAX_FIELDS + 1)
            .setMaxEmptyLineCount(1)
            .build();

    private static final Http1Config TRAILERS =
            Http1Config.copy(HTTP1).setMaxHeaderCount(MAX_TRAILERS + 1).build();

    /** HttpCore's parser. HttpClient's default parser would skip malformed lines until it finds a status line. */
    private static final DefaultHttpResponseParserFactory STRICT = new DefaultHttpResponseParserFactory(HTTP1);

    /** HttpCore's shortest timeout; with any timeout {@link ChannelSocket} does not wait at all. */
    private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);

    /** Bytes from the end of one chunk to the end of the body, at least: CR LF 0 CR LF CR LF. */
    private static final int MIN_REST = 7;

    private final ChannelSocket socket;
    private SessionInputBuffer input;
    private boolean leftHttp;

    Http1Connection(ChannelSocket socket) throws IOException {
        // Without a decoder and with this encoder, every byte of a field value stays as it is.
        super("", null, StandardCharsets.ISO_8859_1.newEncoder(), HTTP1, null, null, null, STRICT);
        this.socket = socket;
        bind(socket);
    }

    @Override
    protected InputStream createContentInputStream(long length, SessionInputBuffer buffer, InputStream in) {
        input = buffer;
        if (length == ContentLengthStrategy.CHUNKED) {
            return new ChunkedInputStream(buffer, in, TRAILERS);
        }
        return super.createContentInputStream(length, buffer, in);
    }

    /** Returns the socket, which now belongs to a tunnel, so that {@link #disposeOf} leaves it open. */
    ChannelSocket leaveHttp() {
        leftHttp = true;
        return socket;
    }

    /** Closes a connection that the pool discards, unless its socket belongs to a tunnel. */
    static void disposeOf(Http1Connection connection, CloseMode mode) {
        if (!connection.leftHttp) {
            connection.close(mode);
        }
    }

    /** Ends the sending side only, so that the response can still be read. */
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            close(CloseMode.IMMEDIATE);
        }
    }

    /**
     * Whether nothing has arrived since the last response. Otherwise the connection must not be reused, because the
     * worker has closed it, or has sent bytes that would be read as the response to the next request.
     */
    boolean isIdle() {
        try {
            return !isDataAvailable(AT_ONCE) && !socket.ended();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether the next part of the body, or its end, has arrived, so that the part before it need not be flushed to the
     * client by itself. The end of line after each chunk alone does not count.
     */
    boolean hasMore() throws IOException {
        return input.length() >= MIN_REST
                || input.length() == 0 && isDataAvailable(AT_ONCE) && input.length() >= MIN_REST;
    }

    /** Receives an interim response of the app. */
    @FunctionalInterface
    public interface Interim {
        void pass(ClassicHttpResponse interim) throws ClientDisconnectedException;
    }

    /**
     * Waits for the head of the response. Interim responses (1xx) other than 101 and 103 are dropped, because a servlet
     * cannot send them.
     *
     * @param hints receives each 103
     * @return the head of a 101 or of the final response
     * @throws HttpException when the worker sends no valid HTTP, or a head that is too large
     * @throws ConnectionClosedException when the connection ends within the head
     */
    ClassicHttpResponse receiveHead(Interim hints) throws IOException, HttpException {
        while (true) {
            ClassicHttpResponse response = receiveAnyHead();
            ResponseSyntax.check(response);
            if (response.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
                return response;
            }
            if (response.getCode() == HttpStatus.SC_EARLY_HINTS) {
                hints.pass(response);
            }
            if (response.getCode() >= HttpStatus.SC_OK) {
                if (response.getCode() >= HttpStatus.SC_BAD_REQUEST) {
                    socket.readsRefusal();
                }
                dropRepeatedLength(response);
                return response;
            }
        }
    }

    private ClassicHttpResponse receiveAnyHead() throws IOException, HttpException {
        // The parser uses all earlier bytes before it reads more, so that all but the last buffer belong to the head.
        socket.limitReading(MAX_HEAD);
        ClassicHttpResponse response;
        try {
            response = receiveResponseHeader();
        } catch (ChannelSocket.ReadLimitException e) {
            throw HeadTooLargeException.ofSize();
        } catch (MessageConstraintException e) {
            // This means too many fields, because a line that is too long meets the limit of reading first.
            throw HeadTooLargeException.ofFields();
        } catch (IllegalArgumentException e) {
            // HttpCore throws this at a status of 000.
            throw new ProtocolException("The head of a response is malformed", e);
        } finally {
            socket.unlimitReading();
        }
        if (socket.ended()) {
            // RFC 9112 §8: such a head is incomplete, but HttpCore accepts the end of the connection as its end, even
            // within a field. A head with its empty line is read without reaching the end of the connection.
            throw new ConnectionClosedException("The head of the response is incomplete");
        }
        if (sizeOf(response) > MAX_HEAD) {
            throw HeadTooLargeException.ofSize();
        }
        return response;
    }

    /** The size of a head's fields, in bytes. */
    public static int sizeOf(ClassicHttpResponse response) {
        int size = 0;
        for (Header field : response.getHeaders()) {
            size += field.getName().length() + AROUND_FIELD;
            size += field.getValue() == null ? 0 : field.getValue().length();
        }
        return size;
    }

    /** A response's head has more than 64 KiB or more than 500 fields; the message says which. */
    public static final class HeadTooLargeException extends HttpException {
        private static final long serialVersionUID = 1L;

        private HeadTooLargeException(String message) {
            super(message);
        }

        private static HeadTooLargeException ofSize() {
            return new HeadTooLargeException("the head of its response has more than " + MAX_HEAD_KIB + " KiB");
        }

        private static HeadTooLargeException ofFields() {
            return new HeadTooLargeException("the head of its response has more than " + MAX_FIELDS + " fields");
        }
    }

    /** Drops repetitions of the same Content-Length, which RFC 9110 §8.6 allows and Bun was seen to send. */
    private static void dropRepeatedLength(ClassicHttpResponse response) {
        Header[] lengths = response.getHeaders("Content-Length");
        if (lengths.length > 1
                && Arrays.stream(lengths).map(Header::getValue).distinct().count() == 1) {
            response.setHeader(lengths[0]);
        }
    }

    /** Whether a final response to this method has a body (RFC 9112 §6.3). */
    static boolean hasBody(String method, ClassicHttpResponse response) {
        int status = response.getCode();
        return !method.equals("HEAD") && status != HttpStatus.SC_NO_CONTENT && status != HttpStatus.SC_NOT_MODIFIED;
    }

    /**
     * Checks that a body that was read to its end is complete, because HttpCore accepts a chunked body as complete once
     * its last chunk has begun.
     *
     * @throws IOException when the connection ended within the last chunk or the trailers
     */
    void checkEnd(ClassicHttpResponse response) throws IOException {
        if (response.containsHeader("Transfer-Encoding") && socket.endedWithinFields()) {
            throw new ConnectionClosedException("The last chunk is incomplete");
        }
    }
}
