package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @Test
    void aRateHasCountPeriodAndBurst() {
        assertEquals(new Rate(20, Duration.ofSeconds(1), 50), Rate.of("20/s burst 50"));
        assertEquals(new Rate(600, Duration.ofMinutes(1), 600), Rate.of("600/m"));
        assertEquals(new Rate(1, Duration.ofHours(1), 9_999_999), Rate.of("1/h burst 9999999"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20",
                "20/",
                "/s",
                "0/s",
                "20/s burst 0",
                "20/d",
                "20 /s",
                "20/s  burst 50",
                "20/s burst",
                "20/s 50",
                "-1/s",
                "1.5/s",
                "10000000/s",
                "20/s burst 50 ",
                "020/s",
                "20/S",
                "٢/s"
            })
    void anythingElseIsNoRate(String text) {
        assertThrows(IllegalArgumentException.class, () -> Rate.of(text));
    }
}
