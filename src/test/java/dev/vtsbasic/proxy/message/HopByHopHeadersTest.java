package dev.vtsbasic.proxy.message;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopHeadersTest {
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
    void hopByHopFieldsAreIncludedWithoutConnectionNamingThem(String name) {
        assertTrue(HopByHopHeaders.nominatedBy("").includes(name.toLowerCase(Locale.ROOT)));
    }

    @Test
    void fieldsNamedByConnectionAreIncluded() {
        HopByHopHeaders hopByHop = HopByHopHeaders.nominatedBy("close, X-One ,,x-two, X-Three");
        assertTrue(hopByHop.includes("x-one"));
        assertTrue(hopByHop.includes("x-two"));
        assertTrue(hopByHop.includes("x-three"));
        assertFalse(hopByHop.includes("x-four"));
        assertFalse(hopByHop.includes("content-type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Length", "Content-Type"})
    void fieldsThatFrameTheMessageAreNotIncludedEvenIfConnectionNamesThem(String name) {
        assertFalse(HopByHopHeaders.nominatedBy(name).includes(name.toLowerCase(Locale.ROOT)));
    }
}
