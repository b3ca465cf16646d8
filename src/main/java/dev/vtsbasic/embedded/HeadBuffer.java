package dev.vtsbasic.embedded;

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
 * Composes the heads of HTTP/1.1 responses. Tomcat's own buffer has a fixed size, which each request would pay for, and
 * leaves out the reason phrase. This buffer grows only while a head is large, and sends the standard phrase.
 */
final class HeadBuffer extends Http11OutputBuffer {
    /** In bytes; holds nearly every head. */
    private static final int USUAL = 8 * 1024;

    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] SEPARATOR = {':', ' '};
    private static final byte[] LINE_END = {'\r', '\n'};

    /** The last of the 32 control characters at the beginning of ASCII; {@link #DELETE} is the only other one. */
    private static final int LAST_CONTROL = 31;

    private static final int DELETE = 127;

    private final ByteBuffer usual = ByteBuffer.allocate(USUAL);
    private ByteBuffer head = usual;
    private int instead;
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
                    "Tomcat's answers cannot be composed; start java with --enable-final-field-mutation=ALL-UNNAMED",
                    e);
        }
    }

    /** @param status sent in place of the response's status, until the next call; 0 to send the response's status */
    void sendInstead(int status) {
        instead = status;
    }

    /** Begins a head. Tomcat begins anew when a field cannot be sent. */
    @Override
    public void sendStatus(int ofResponse) {
        clear();
        int status = instead == 0 ? ofResponse : instead;
        interim = status < HttpServletResponse.SC_OK;
        put(VERSION, 0, VERSION.length);
        put(status + " " + ReasonPhrase.of(status));
        put(LINE_END, 0, LINE_END.length);
    }

    @Override
    public void sendHeader(MessageBytes name, MessageBytes value) {
        // Both are converted before either is written, because a conversion may fail.
        ByteChunk nameOctets = octetsOf(name);
        ByteChunk valueOctets = octetsOf(value);
        put(nameOctets.getBytes(), nameOctets.getStart(), nameOctets.getLength());
        put(SEPARATOR, 0, SEPARATOR.length);
        put(valueOctets.getBytes(), valueOctets.getStart(), valueOctets.getLength());
        put(LINE_END, 0, LINE_END.length);
    }

    @Override
    public void endHeaders() {
        put(LINE_END, 0, LINE_END.length);
    }

    /** Converts text to bytes, with a space in place of each control character except the tab, as Tomcat does. */
    private static ByteChunk octetsOf(MessageBytes text) {
        if (text.getType() == MessageBytes.T_BYTES) {
            return text.getByteChunk();
        }
        text.toBytes();
        ByteChunk chunk = text.getByteChunk();
        byte[] octets = chunk.getBytes();
        for (int i = chunk.getStart(); i < chunk.getEnd(); i++) {
            if (octets[i] >= 0 && octets[i] <= LAST_CONTROL && octets[i] != '\t' || octets[i] == DELETE) {
                octets[i] = ' ';
            }
        }
        return chunk;
    }

    private void put(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        put(octets, 0, octets.length);
    }

    private void put(byte[] octets, int start, int length) {
        if (length > head.remaining()) {
            int needed = head.position() + length;
            head = ByteBuffer.allocate(Math.max(needed, 2 * head.capacity())).put(head.flip());
        }
        head.put(octets, start, length);
    }

    @Override
    public void write(byte[] octets) {
        put(octets, 0, octets.length);
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
