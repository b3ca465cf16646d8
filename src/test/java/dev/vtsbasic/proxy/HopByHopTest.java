package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Connection",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings"
            })
    void theFieldsOfAConnectionAreAlwaysIncluded(String name) {
        assertTrue(new HopByHop(List.of()).includes(name));
        assertTrue(new HopByHop(List.of()).includes(name.toLowerCase()));
    }

    @Test
    void theFieldsThatConnectionNamesAreIncluded() {
        HopByHop hopByHop = new HopByHop(List.of("close, X-One ,,x-two", "X-Three"));
        assertTrue(hopByHop.includes("x-one"));
        assertTrue(hopByHop.includes("X-TWO"));
        assertTrue(hopByHop.includes("X-Three"));
        assertFalse(hopByHop.includes("X-Four"));
        assertFalse(hopByHop.includes("Content-Type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Length", "Content-Type"})
    void nobodyCanStripAFieldThatFramesTheMessage(String name) {
        assertFalse(new HopByHop(List.of(name)).includes(name));
    }
}
