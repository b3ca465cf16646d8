package dev.vtsbasic.proxy.cache.capture;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHttpResponse;

/** A response that keeps its status and header fields until {@link #sendHead}. */
abstract class BufferedHead extends HttpServletResponseWrapper {
    private BasicHttpResponse head = new BasicHttpResponse(SC_OK);
    private Supplier<Map<String, String>> trailers;

    BufferedHead(HttpServletResponse client) {
        super(client);
    }

    /** The head as the app sent it, without hop-by-hop fields. */
    public final HttpResponse head() {
        return head;
    }

    final boolean mayHaveTrailers() {
        return trailers != null;
    }

    /** Sends the head, with a Cache-Status field behind the app's fields, to the client's response. */
    final void sendHead(String cacheStatus) {
        super.setStatus(head.getCode());
        for (Header field : head.getHeaders()) {
            super.addHeader(field.getName(), field.getValue());
        }
        super.addHeader("Cache-Status", cacheStatus);
        if (trailers != null) {
            super.setTrailerFields(trailers);
        }
    }

    final void clearHead() {
        head = new BasicHttpResponse(SC_OK);
        trailers = null;
    }

    @Override
    public void setStatus(int status) {
        head.setCode(status);
    }

    @Override
    public int getStatus() {
        return head.getCode();
    }

    @Override
    public void addHeader(String name, String value) {
        head.addHeader(name, value);
    }

    @Override
    public void setHeader(String name, String value) {
        head.setHeader(name, value);
    }

    @Override
    public String getHeader(String name) {
        Header field = head.getFirstHeader(name);
        return field == null ? null : field.getValue();
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return Arrays.stream(head.getHeaders(name)).map(Header::getValue).toList();
    }

    @Override
    public Collection<String> getHeaderNames() {
        return Arrays.stream(head.getHeaders()).map(Header::getName).distinct().toList();
    }

    @Override
    public boolean containsHeader(String name) {
        return head.containsHeader(name);
    }

    @Override
    public String getContentType() {
        return getHeader("Content-Type");
    }

    @Override
    public void setContentLength(int length) {
        head.setHeader("Content-Length", length);
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> trailers) {
        this.trailers = trailers;
    }
}
