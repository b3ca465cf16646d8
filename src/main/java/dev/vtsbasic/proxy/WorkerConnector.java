package dev.vtsbasic.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Opens connections to workers: a Unix socket or loopback TCP, never a name to look up, a proxy or TLS. */
final class WorkerConnector implements HttpClientConnectionOperator {
    private final ReadWatchdog watchdog;

    WorkerConnector(ReadWatchdog watchdog) {
        this.watchdog = watchdog;
    }

    /** The route to a worker; connections are pooled by it. */
    static HttpRoute routeTo(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            return new HttpRoute(new HttpHost("localhost", 80), unix.getPath());
        }
        InetSocketAddress tcp = (InetSocketAddress) address;
        return new HttpRoute(new HttpHost(tcp.getAddress(), tcp.getPort()));
    }

    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost endpointHost,
            NamedEndpoint endpointName,
            Path unixSocket,
            InetSocketAddress localAddress,
            Timeout connectTimeout,
            SocketConfig socketConfig,
            Object attachment,
            HttpContext context)
            throws IOException {
        if (unixSocket != null) {
            connection.bind(UnixSocket.connect(UnixDomainSocketAddress.of(unixSocket), watchdog));
        } else {
            connect(connection, endpointHost, localAddress, connectTimeout, socketConfig, context);
        }
    }

    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            InetSocketAddress localAddress,
            TimeValue connectTimeout,
            SocketConfig socketConfig,
            HttpContext context)
            throws IOException {
        @SuppressWarnings("resource") // The connection owns it.
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(host.getAddress(), host.getPort()),
                    Math.toIntExact(connectTimeout.toMilliseconds()));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        connection.bind(socket);
    }

    @Override
    public void upgrade(ManagedHttpClientConnection connection, HttpHost host, HttpContext context) {
        throw new UnsupportedOperationException("Workers speak no TLS");
    }
}
