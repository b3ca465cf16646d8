package dev.vtsbasic.proxy;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.protocol.HttpContext;

/** Bun's answer, whose body is still to be read; closing it gives the connection back, or cuts it when not all was read. */
final class UpstreamResponse implements AutoCloseable {
    private final PoolingHttpClientConnectionManager connections;
    private final ConnectionEndpoint endpoint;
    private final ClassicHttpResponse response;
    private final boolean keepAlive;
    private boolean complete;

    UpstreamResponse(
            PoolingHttpClientConnectionManager connections,
            ConnectionEndpoint endpoint,
            ClassicHttpRequest request,
            ClassicHttpResponse response,
            HttpContext context) {
        this.connections = connections;
        this.endpoint = endpoint;
        this.response = response;
        this.keepAlive = DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context);
        this.complete = response.getEntity() == null;
    }

    ClassicHttpResponse head() {
        return response;
    }

    /** The body; empty where there is none. */
    InputStream body() throws IOException {
        HttpEntity entity = response.getEntity();
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
    }

    /** Says that the body was read to its end, so that the connection can serve another request. */
    void completed() {
        complete = true;
    }

    @Override
    public void close() {
        if (complete && keepAlive) {
            UpstreamClient.keep(connections, endpoint);
        } else {
            UpstreamClient.discard(connections, endpoint);
        }
    }
}
