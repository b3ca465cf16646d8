package dev.vtsbasic.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** The client's body on its way to Bun, each piece passed on as it arrives. */
final class RequestBody extends AbstractHttpEntity {
    private static final int BUFFER = 16 * 1024;

    private final InputStream body;
    private final long length;
    private boolean started;

    /** @param length in bytes; -1 when unknown */
    RequestBody(InputStream body, long length) {
        super((String) null, null, length < 0);
        this.body = body;
        this.length = length;
    }

    /** Whether some of it was taken from the client, so that it cannot be sent a second time. */
    boolean started() {
        return started;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        started = true;
        byte[] buffer = new byte[BUFFER];
        for (int count = read(buffer); count >= 0; count = read(buffer)) {
            out.write(buffer, 0, count);
            out.flush();
        }
    }

    private int read(byte[] buffer) throws ClientGoneException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }

    @Override
    public long getContentLength() {
        return length;
    }

    @Override
    public InputStream getContent() {
        return body;
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public void close() throws IOException {
        // The container closes what it opened.
    }
}
