package dev.vtsbasic.proxy;

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

/** HttpClient's connection on a {@link ChannelSocket}, which also tells what has come and was not read yet. */
final class WorkerHttpConnection extends DefaultManagedHttpClientConnection {
    /** Holds a head; larger pieces of a body bypass it. Each open stream has two of these. */
    private static final int BUFFER = 2 * 1024;

    /** Of a head, which is held in memory: no more than a worker may have good reasons for, as other apps share the JVM. */
    private static final int MAX_HEAD_KIB = 64;

    private static final int MAX_HEAD = MAX_HEAD_KIB * 1024;

    private static final int MAX_FIELDS = 500;

    /** Around each field: colon, space, CR and LF. */
    private static final int AROUND_FIELD = 4;

    /** The length of a line of a head is bounded by what may be read of it, and this is for trailers. */
    private static final int MAX_LINE = MAX_HEAD + 2 * BUFFER;

    private static final int MAX_TRAILERS = 100;

    private static final Http1Config HTTP1 = Http1Config.custom()
            .setBufferSize(BUFFER)
            .setMaxLineLength(MAX_LINE)
            // HttpCore refuses as many as that.
            .setMaxHeaderCount(MAX_FIELDS + 1)
            .setMaxEmptyLineCount(1)
            .build();

    private static final Http1Config TRAILERS =
            Http1Config.copy(HTTP1).setMaxHeaderCount(MAX_TRAILERS + 1).build();

    /** The default looks for an answer behind whatever is none. */
    private static final DefaultHttpResponseParserFactory STRICT = new DefaultHttpResponseParserFactory(HTTP1);

    /** The least that HttpCore takes for a time; {@link ChannelSocket} does not wait at all. */
    private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);

    /** The end of one chunk with the last chunk behind it: CR LF 0 CR LF CR LF. */
    private static final int SHORTEST_REST = 7;

    private final ChannelSocket socket;
    private SessionInputBuffer input;
    private boolean leftHttp;

    WorkerHttpConnection(ChannelSocket socket) throws IOException {
        // Header values are octets: without a decoder, and with this encoder, each of them stays as it is.
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

    /** The socket below, which carries no HTTP from now on and which {@link #disposeOf} leaves open. */
    ChannelSocket leaveHttp() {
        leftHttp = true;
        return socket;
    }

    /** Closes a connection that the pool discards, unless it is a tunnel by now. */
    static void disposeOf(WorkerHttpConnection connection, CloseMode mode) {
        if (!connection.leftHttp) {
            connection.close(mode);
        }
    }

    /** Sends nothing any more; what is still to come can be read. */
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            close(CloseMode.IMMEDIATE);
        }
    }

    /**
     * Whether nothing came since the last answer. Anything that can be read then is an end of the connection, or octets
     * that would pass for the answer to the next request.
     */
    boolean isIdle() {
        try {
            return !isDataAvailable(AT_ONCE) && !socket.ended();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether the next part of the body, or its end, has come, so that what was read of it need not be sent on by itself.
     * Behind a chunk there is always an end of line, which alone does not count.
     */
    boolean hasMore() throws IOException {
        return input.length() >= SHORTEST_REST
                || input.length() == 0 && isDataAvailable(AT_ONCE) && input.length() >= SHORTEST_REST;
    }

    /** Takes what an app says before its answer. */
    @FunctionalInterface
    interface Interim {
        void pass(ClassicHttpResponse interim) throws ClientGoneException;
    }

    /**
     * Waits for the head of the answer; interim ones (1xx) other than 101 and 103 are dropped, since servlets cannot pass them
     * on.
     *
     * @param hints is given each 103
     * @throws HttpException when what comes is not HTTP
     * @throws ConnectionClosedException when the connection ends within the head
     */
    ClassicHttpResponse receiveHead(Interim hints) throws IOException, HttpException {
        while (true) {
            ClassicHttpResponse answer = receiveAnyHead();
            AnswerSyntax.check(answer);
            if (answer.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
                return answer;
            }
            if (answer.getCode() == EarlyHints.STATUS) {
                hints.pass(answer);
            }
            if (answer.getCode() >= HttpStatus.SC_OK) {
                if (answer.getCode() >= HttpStatus.SC_BAD_REQUEST) {
                    socket.readsRefusal();
                }
                dropRepeatedLength(answer);
                return answer;
            }
        }
    }

    private ClassicHttpResponse receiveAnyHead() throws IOException, HttpException {
        // What is read belongs to the head, but for the last buffer: more is read only when all before it was.
        socket.limitReading(MAX_HEAD);
        ClassicHttpResponse answer;
        try {
            answer = receiveResponseHeader();
        } catch (ChannelSocket.ReadLimitException e) {
            throw HeadTooLargeException.ofSize();
        } catch (MessageConstraintException e) {
            // No line is longer than what may be read.
            throw HeadTooLargeException.ofFields();
        } catch (IllegalArgumentException e) {
            // HttpCore throws this at a status of 000, because it checks that as an argument.
            throw new ProtocolException("The head of an answer is malformed", e);
        } finally {
            socket.unlimitReading();
        }
        if (socket.ended()) {
            // RFC 9112 §8: HttpCore takes the end of the connection for the end of a head, and so a field that was cut
            // for a whole one. A head that has its empty line is read without meeting that end.
            throw new ConnectionClosedException("The head of the answer is incomplete");
        }
        if (sizeOf(answer) > MAX_HEAD) {
            throw HeadTooLargeException.ofSize();
        }
        return answer;
    }

    /** Of the fields of a head, in octets. */
    static int sizeOf(ClassicHttpResponse answer) {
        int size = 0;
        for (Header field : answer.getHeaders()) {
            size += field.getName().length() + AROUND_FIELD;
            size += field.getValue() == null ? 0 : field.getValue().length();
        }
        return size;
    }

    /** The head of an answer is larger than any that is passed on; the message says by which measure. */
    static final class HeadTooLargeException extends HttpException {
        private static final long serialVersionUID = 1L;

        private HeadTooLargeException(String message) {
            super(message);
        }

        private static HeadTooLargeException ofSize() {
            return new HeadTooLargeException("the head of its answer has more than " + MAX_HEAD_KIB + " KiB");
        }

        private static HeadTooLargeException ofFields() {
            return new HeadTooLargeException("the head of its answer has more than " + MAX_FIELDS + " fields");
        }
    }

    /** RFC 9110 §8.6 allows a repeated length when all its values are the same; Bun was seen to send it. */
    private static void dropRepeatedLength(ClassicHttpResponse answer) {
        Header[] lengths = answer.getHeaders("Content-Length");
        if (lengths.length > 1
                && Arrays.stream(lengths).map(Header::getValue).distinct().count() == 1) {
            answer.setHeader(lengths[0]);
        }
    }

    /** Whether an answer to this method has a body (RFC 9112 §6.3). */
    static boolean hasBody(String method, ClassicHttpResponse answer) {
        int status = answer.getCode();
        return !method.equals("HEAD") && status != HttpStatus.SC_NO_CONTENT && status != HttpStatus.SC_NOT_MODIFIED;
    }

    /**
     * Checks the end of a body that was read.
     *
     * @throws IOException when that end is only the connection's: HttpCore takes a chunked body for complete when its last
     *     chunk has begun
     */
    void checkEnd(ClassicHttpResponse answer) throws IOException {
        if (answer.containsHeader("Transfer-Encoding") && socket.endedWithinFields()) {
            throw new ConnectionClosedException("The last chunk is incomplete");
        }
    }
}
