package dev.vtsbasic.embedded.connector;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.coyote.CloseNowException;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11OutputBuffer;
import org.apache.coyote.http11.Http11Processor;
import org.apache.coyote.http11.OutputFilter;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Composes the heads of HTTP/1.1 responses. Tomcat's own buffer omits the reason phrase and has a fixed size, so that
 * each request would take the memory of the largest head. This buffer sends the standard phrase and grows only while a
 * head is large.
 */
final class HeadBuffer extends Http11OutputBuffer {
    /** Enough for nearly every head. */
    private static final int USUAL_BYTES = 8 * 1024;

    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] SEPARATOR = {':', ' '};
    private static final byte[] LINE_END = {'\r', '\n'};

    /** The highest of the 32 control characters at the beginning of ASCII; {@link #DELETE} is the only other one. */
    private static final int MAX_CONTROL = 31;

    private static final int DELETE = 127;

    private final ByteBuffer usual = ByteBuffer.allocate(USUAL_BYTES);
    private ByteBuffer head = usual;
    private int replacement;
    private boolean interim;

    private HeadBuffer(Response response, OutputFilter[] filters) {
        // This class composes heads in its own buffers and never in the superclass's.
        super(response, 0);
        for (OutputFilter filter : filters) {
            addFilter(filter);
        }
    }

    /**
     * Replaces the buffer of a processor that has not been used yet.
     *
     * @return the new buffer
     * @throws IllegalStateException when Java does not allow the replacement
     */
    static HeadBuffer replaceIn(Http11Processor processor, Response response) {
        try {
            Field field = Http11Processor.class.getDeclaredField("outputBuffer");
            field.setAccessible(true);
            HeadBuffer buffer = new HeadBuffer(response, ((Http11OutputBuffer) field.get(processor)).getFilters());
            field.set(processor, buffer);
            response.setOutputBuffer(buffer);
            return buffer;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Tomcat's response heads cannot be composed; start java with --enable-final-field-mutation=ALL-UNNAMED",
                    e);
        }
    }

    /** Sends {@code status} in place of the response's status until {@link #sendResponseStatus} is called. */
    void sendInstead(int status) {
        replacement = status;
    }

    void sendResponseStatus() {
        replacement = 0;
    }

    /** Begins a head. Tomcat begins again when a header field cannot be sent. */
    @Override
    public void sendStatus(int responseStatus) {
        clear();
        int status = replacement == 0 ? responseStatus : replacement;
        interim = status < HttpServletResponse.SC_OK;
        put(VERSION, 0, VERSION.length);
        put(status + " " + ReasonPhrase.of(status));
        put(LINE_END, 0, LINE_END.length);
    }

    @Override
    public void sendHeader(MessageBytes name, MessageBytes value) {
        // Both are converted before either is written, because a conversion may fail.
        ByteChunk nameBytes = bytesOf(name);
        ByteChunk valueBytes = bytesOf(value);
        put(nameBytes.getBytes(), nameBytes.getStart(), nameBytes.getLength());
        put(SEPARATOR, 0, SEPARATOR.length);
        put(valueBytes.getBytes(), valueBytes.getStart(), valueBytes.getLength());
        put(LINE_END, 0, LINE_END.length);
    }

    @Override
    public void endHeaders() {
        put(LINE_END, 0, LINE_END.length);
    }

    /** Converts text to bytes, with a space in place of each control character except the tab, as Tomcat does. */
    private static ByteChunk bytesOf(MessageBytes text) {
        if (text.getType() == MessageBytes.T_BYTES) {
            return text.getByteChunk();
        }
        text.toBytes();
        ByteChunk chunk = text.getByteChunk();
        byte[] bytes = chunk.getBytes();
        for (int i = chunk.getStart(); i < chunk.getEnd(); i++) {
            if (bytes[i] >= 0 && bytes[i] <= MAX_CONTROL && bytes[i] != '\t' || bytes[i] == DELETE) {
                bytes[i] = ' ';
            }
        }
        return chunk;
    }

    private void put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        put(bytes, 0, bytes.length);
    }

    private void put(byte[] bytes, int start, int length) {
        if (length > head.remaining()) {
            int needed = head.position() + length;
            head = ByteBuffer.allocate(Math.max(needed, 2 * head.capacity())).put(head.flip());
        }
        head.put(bytes, start, length);
    }

    @Override
    public void write(byte[] bytes) {
        put(bytes, 0, bytes.length);
    }

    @Override
    protected void writeHeaders() throws IOException {
        if (head.position() == 0) {
            return;
        }
        SocketWrapperBase<?> socket = socketWrapper;
        try {
            if (socket == null) {
                throw new CloseNowException("The connection is closed");
            }
            socket.write(isBlocking(), head.flip());
            if (interim) {
                // Without a flush, an interim response would wait for the head of the final one.
                socket.flush(isBlocking());
            }
        } finally {
            clear();
        }
    }

    @Override
    public void nextRequest() {
        super.nextRequest();
        clear();
    }

    private void clear() {
        head = usual.clear();
    }
}
