package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.exchange.ResponseRelay;
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
    @Override
    public boolean canSwitchTo(String protocol) {
        return true;
    }

    @Override
    public void prepare(ClassicHttpRequest handshake) {
        // Nothing to remove, because the tunnel carries whatever client and worker agree on.
    }

    @Override
    public void carry(
            ClassicHttpResponse answer,
            Socket worker,
            HttpServletRequest request,
            HttpServletResponse response,
            Executor threads,
            Set<Tunnel> open)
            throws IOException {
        RequestRecord record = RequestRecord.of(request);
        new ResponseRelay("HTTP/1.1", response, null, record).copyHead(answer);
        response.setHeader("Connection", "Upgrade");
        for (Header chosen : answer.getHeaders("Upgrade")) {
            response.addHeader("Upgrade", chosen.getValue());
        }
        try {
            ByteTunnel tunnel = request.upgrade(ByteTunnel.class);
            record.status(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            record.endsLater();
            tunnel.to(worker, answer.getEntity().getContent(), threads, open, record);
        } catch (ServletException e) {
            throw new IOException(e);
        }
    }
}
