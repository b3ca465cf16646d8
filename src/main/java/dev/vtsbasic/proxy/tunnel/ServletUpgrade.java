package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.message.ResponseHead;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/**
 * Upgrades through the Servlet API, to any protocol: the handshake needs no change, and later bytes pass as they are.
 */
final class ServletUpgrade implements ProtocolUpgrade {
    private final HttpServletRequest request;
    private final HttpServletResponse response;

    ServletUpgrade(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    @Override
    public boolean canSwitchTo(String protocol) {
        return true;
    }

    @Override
    public void prepare(ClassicHttpRequest handshake) {
        // Nothing to remove, because the tunnel carries whatever client and worker agree on.
    }

    @Override
    public void openTunnel(ClassicHttpResponse switching, Socket worker, Executor threads, Set<Tunnel> open)
            throws IOException {
        RequestRecord record = RequestRecord.of(request);
        ResponseHead.copy(switching, "HTTP/1.1", response, record);
        response.setHeader("Connection", "Upgrade");
        for (Header chosen : switching.getHeaders("Upgrade")) {
            response.addHeader("Upgrade", chosen.getValue());
        }
        try {
            ByteTunnel tunnel = request.upgrade(ByteTunnel.class);
            record.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            record.deferEnd();
            tunnel.connect(worker, switching.getEntity().getContent(), threads, open, record);
        } catch (ServletException e) {
            throw new IOException(e);
        }
    }
}
