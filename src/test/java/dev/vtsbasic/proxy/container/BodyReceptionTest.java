package dev.vtsbasic.proxy.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("java")
class BodyReceptionTest {
    private final AtomicBoolean arrived = new AtomicBoolean();

    private final ServletInputStream body = new ServletInputStream() {
        @Override
        public int read() {
            return arrived.get() ? 'x' : -1;
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return arrived.get();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    };

    private BodyReception receiving(Duration maxSilence) {
        ClientConnection client = stub(ClientConnection.class, method -> method.equals("hasInput") && arrived.get());
        HttpServletResponse response = stub(HttpServletResponse.class, method -> null);
        BodyReception reception = new ConnectionGuard(client, response, maxSilence).reception();
        reception.begin(false);
        return reception;
    }

    private static <T> T stub(Class<T> type, Function<String, Object> results) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> results.apply(method.getName())));
    }

    @Test
    void aClientThatSendsNothingOfItsBodyTimesOut() {
        BodyReception reception = receiving(Duration.ofMillis(50));
        assertThrows(SocketTimeoutException.class, () -> reception.receive(body, new byte[1]));
    }

    @Test
    void aPartThatArrivesAfterAPauseIsReceived() throws Exception {
        BodyReception reception = receiving(Duration.ofHours(1));
        CompletableFuture<Integer> count = CompletableFuture.supplyAsync(() -> {
            try {
                return reception.receive(body, new byte[1]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        arrived.set(true);
        assertEquals(1, count.get());
    }
}
