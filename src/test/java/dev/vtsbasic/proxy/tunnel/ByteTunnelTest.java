package dev.vtsbasic.proxy.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.StubWebConnection;
import dev.vtsbasic.traffic.RequestRecord;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteTunnelTest {
    private final Socket worker = new Socket() {
        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }
    };

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelThatCannotBeOpenedClosesBothConnections(boolean hasOutput) {
        StubWebConnection client = new StubWebConnection(hasOutput);
        Set<Tunnel> open = new HashSet<>();
        ByteTunnel tunnel = new ByteTunnel();
        tunnel.connect(
                worker,
                InputStream.nullInputStream(),
                task -> {
                    throw new RejectedExecutionException("The proxy is stopping");
                },
                open,
                RequestRecord.unread());
        tunnel.init(client);
        assertTrue(worker.isClosed());
        assertTrue(client.isClosed());
        assertEquals(Set.of(), open);
    }
}
