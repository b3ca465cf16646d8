package dev.vtsbasic.proxy.container;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ResponseSnapshot;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.hc.core5.http.Header;

/** A container's response that makes each call through a {@link ConnectionGuard}. Safe for any number of threads. */
final class GuardedResponse extends HttpServletResponseWrapper {
    private final ConnectionGuard guard;
    private final ServletOutputStream body = new Body();

    GuardedResponse(ConnectionGuard guard, HttpServletResponse response) {
        super(response);
        this.guard = guard;
    }

    /** Makes the container close the connection after the response, even if the app's response keeps it open. */
    void closeConnection() {
        setHeader("Connection", "close");
    }

    /** Sends a 103 with these fields and then restores the response's own fields; does nothing if it is committed. */
    void sendEarlyHints(List<Header> hints) throws ClientDisconnectedException {
        try {
            guard.call(() -> {
                if (!super.isCommitted()) {
                    ResponseSnapshot start = new ResponseSnapshot(this);
                    super.reset();
                    hints.forEach(field -> super.addHeader(field.getName(), field.getValue()));
                    super.sendError(EarlyHints.STATUS);
                    EarlyHints.flush(super.getResponse());
                    start.restore();
                }
                return null;
            });
        } catch (IOException e) {
            throw new ClientDisconnectedException(e);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return body;
    }

    @Override
    public PrintWriter getWriter() {
        throw new UnsupportedOperationException("Octets only");
    }

    @Override
    public void flushBuffer() throws IOException {
        guard.call(() -> {
            super.flushBuffer();
            return null;
        });
    }

    @Override
    public void sendError(int status) throws IOException {
        guard.call(() -> {
            super.sendError(status);
            return null;
        });
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        guard.call(() -> {
            super.sendError(status, message);
            return null;
        });
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        guard.call(() -> {
            super.sendRedirect(location);
            return null;
        });
    }

    @Override
    public void reset() {
        guard.change(super::reset);
    }

    @Override
    public void resetBuffer() {
        guard.change(super::resetBuffer);
    }

    @Override
    public boolean isCommitted() {
        return guard.get(super::isCommitted);
    }

    @Override
    public void setStatus(int status) {
        guard.change(() -> super.setStatus(status));
    }

    @Override
    public int getStatus() {
        return guard.get(super::getStatus);
    }

    @Override
    public void addHeader(String name, String value) {
        guard.change(() -> super.addHeader(name, value));
    }

    @Override
    public void setHeader(String name, String value) {
        guard.change(() -> super.setHeader(name, value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        guard.change(() -> super.addIntHeader(name, value));
    }

    @Override
    public void setIntHeader(String name, int value) {
        guard.change(() -> super.setIntHeader(name, value));
    }

    @Override
    public void addDateHeader(String name, long date) {
        guard.change(() -> super.addDateHeader(name, date));
    }

    @Override
    public void setDateHeader(String name, long date) {
        guard.change(() -> super.setDateHeader(name, date));
    }

    @Override
    public String getHeader(String name) {
        return guard.get(() -> super.getHeader(name));
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return guard.get(() -> super.getHeaders(name));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return guard.get(super::getHeaderNames);
    }

    @Override
    public boolean containsHeader(String name) {
        return guard.get(() -> super.containsHeader(name));
    }

    @Override
    public String getContentType() {
        return guard.get(super::getContentType);
    }

    @Override
    public void setContentType(String type) {
        guard.change(() -> super.setContentType(type));
    }

    @Override
    public void setCharacterEncoding(String encoding) {
        guard.change(() -> super.setCharacterEncoding(encoding));
    }

    @Override
    public void setContentLength(int length) {
        guard.change(() -> super.setContentLength(length));
    }

    @Override
    public void setContentLengthLong(long length) {
        guard.change(() -> super.setContentLengthLong(length));
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> trailers) {
        guard.change(() -> super.setTrailerFields(trailers));
    }

    private ServletOutputStream container() throws IOException {
        return super.getOutputStream();
    }

    private final class Body extends ServletOutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int count) throws IOException {
            guard.write(
                    () -> {
                        container().write(octets, offset, count);
                        return null;
                    },
                    count);
        }

        @Override
        public void flush() throws IOException {
            guard.call(() -> {
                container().flush();
                return null;
            });
        }

        @Override
        public void close() throws IOException {
            guard.call(() -> {
                container().close();
                return null;
            });
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
