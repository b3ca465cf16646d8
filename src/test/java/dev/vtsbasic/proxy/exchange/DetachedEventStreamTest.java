package dev.vtsbasic.proxy.exchange;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.StubWebConnection;
import java.io.InputStream;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetachedEventStreamTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEventStreamThatCannotContinueClosesTheClientsConnection(boolean hasOutput) {
        StubWebConnection client = new StubWebConnection(hasOutput);
        DetachedEventStream stream = new DetachedEventStream();
        EventStreamRegistry streams = new EventStreamRegistry(task -> {
            throw new RejectedExecutionException("The proxy is stopping");
        });
        stream.connect(streams, null, InputStream.nullInputStream(), null);
        stream.init(client);
        assertTrue(client.isClosed());
    }
}
