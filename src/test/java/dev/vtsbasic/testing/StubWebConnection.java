package dev.vtsbasic.testing;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;

/** An upgraded connection without a client. It calls a write listener at once and records that it was closed. */
public final class StubWebConnection implements WebConnection {
    private final boolean hasOutput;
    private boolean closed;

    /** @param hasOutput whether the output stream can be opened */
    public StubWebConnection(boolean hasOutput) {
        this.hasOutput = hasOutput;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public ServletInputStream getInputStream() {
        return new ServletInputStream() {
            @Override
            public int read() {
                return -1;
            }

            @Override
            public boolean isFinished() {
                return false;
            }

            @Override
            public boolean isReady() {
                return false;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                // No bytes ever arrive.
            }
        };
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (!hasOutput) {
            throw new IOException("no output");
        }
        return new ServletOutputStream() {
            @Override
            public void write(int octet) {
                // The client reads nothing.
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                try {
                    listener.onWritePossible();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }
}
