package dev.vtsbasic.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** HttpClient's connection on a {@link ChannelSocket}, which also tells what has come and was not read yet. */
final class WorkerHttpConnection extends DefaultManagedHttpClientConnection {
    /** Holds a head; larger pieces of a body bypass it. Each open stream has two of these. */
    private static final int BUFFER = 2 * 1024;

    /** Of a head, which is held in memory: no more than a worker may have good reasons for, as other apps share the JVM. */
    private static final int LONGEST_LINE = 32 * 1024;

    private static final int MOST_HEADERS = 200;
    private static final Http1Config HTTP1 = Http1Config.custom()
            .setBufferSize(BUFFER)
            .setMaxLineLength(LONGEST_LINE)
            .setMaxHeaderCount(MOST_HEADERS)
            .setMaxEmptyLineCount(1)
            .build();

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

    /**
     * Waits for the head of the answer; interim ones (1xx) other than 101 are dropped, since servlets cannot pass them on.
     *
     * @throws HttpException when what comes is not HTTP
     * @throws ConnectionClosedException when the connection ends within the head
     */
    ClassicHttpResponse receiveHead() throws IOException, HttpException {
        while (true) {
            ClassicHttpResponse answer = receiveAnyHead();
            AnswerSyntax.check(answer);
            if (answer.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
                return answer;
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
        ClassicHttpResponse answer;
        try {
            answer = receiveResponseHeader();
        } catch (IllegalArgumentException e) {
            // HttpCore throws this at a status of 000, because it checks that as an argument.
            throw new ProtocolException("The head of an answer is malformed", e);
        }
        if (socket.ended()) {
            // RFC 9112 §8: HttpCore takes the end of the connection for the end of a head, and so a field that was cut
            // for a whole one. A head that has its empty line is read without meeting that end.
            throw new ConnectionClosedException("The head of the answer is incomplete");
        }
        return answer;
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
