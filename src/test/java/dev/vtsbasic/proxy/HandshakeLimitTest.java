package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandshakeLimitTest {
    private long now;
    private final HandshakeLimit limit = new HandshakeLimit(() -> now);

    @Test
    void theFirstHundredHandshakesHaveNoDeadlineAndTheNextHundredHaveOne() {
        List<HandshakeLimit.Permit> permits = enter(HandshakeLimit.MAX_UNTIMED + HandshakeLimit.MAX_TIMED);
        for (int i = 0; i < permits.size(); i++) {
            assertEquals(
                    i >= HandshakeLimit.MAX_UNTIMED, permits.get(i).deadline().isPresent());
        }
        assertEquals(Optional.empty(), limit.enter());
    }

    @Test
    void anyNumberOfHandshakesThatEndAtOnceAreAdmitted() {
        enter(HandshakeLimit.MAX_UNTIMED);
        for (int i = 0; i < 1000; i++) {
            limit.enter().orElseThrow().close();
        }
    }

    @Test
    void aPermitHeldForTooLongBecomesFreeOnlyAfterThePenalty() {
        enter(HandshakeLimit.MAX_UNTIMED);
        List<HandshakeLimit.Permit> slow = enter(HandshakeLimit.MAX_TIMED);
        now += HandshakeLimit.TIMEOUT_NANOS;
        slow.forEach(HandshakeLimit.Permit::close);
        assertEquals(Optional.empty(), limit.enter());
        now += HandshakeLimit.PENALTY_NANOS;
        assertTrue(limit.enter().isPresent());
    }

    @Test
    void aPermitWithoutDeadlineIsFreeAtOnceAfterAnyTime() {
        HandshakeLimit.Permit first = enter(HandshakeLimit.MAX_UNTIMED).get(0);
        now += 100 * HandshakeLimit.TIMEOUT_NANOS;
        first.close();
        assertTrue(limit.enter().orElseThrow().deadline().isEmpty());
    }

    private List<HandshakeLimit.Permit> enter(int count) {
        List<HandshakeLimit.Permit> permits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            permits.add(limit.enter().orElseThrow());
        }
        return permits;
    }
}
