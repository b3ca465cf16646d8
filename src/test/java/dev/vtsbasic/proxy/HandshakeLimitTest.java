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
    void theFirstHalfMayTakeAnyTimeAndTheRestHasASecond() {
        List<HandshakeLimit.Permit> places = enter(HandshakeLimit.MAX_PATIENT + HandshakeLimit.MAX_QUICK);
        for (int i = 0; i < places.size(); i++) {
            assertEquals(
                    i >= HandshakeLimit.MAX_PATIENT, places.get(i).deadline().isPresent());
        }
        assertEquals(Optional.empty(), limit.enter());
    }

    @Test
    void anyNumberOfHandshakesThatAreAnsweredAtOnceHaveAPlace() {
        enter(HandshakeLimit.MAX_PATIENT);
        for (int i = 0; i < 1000; i++) {
            limit.enter().orElseThrow().close();
        }
    }

    @Test
    void whatWasKeptForTooLongIsLentAgainOnlyLater() {
        enter(HandshakeLimit.MAX_PATIENT);
        List<HandshakeLimit.Permit> slow = enter(HandshakeLimit.MAX_QUICK);
        now += HandshakeLimit.QUICK_NANOS;
        slow.forEach(HandshakeLimit.Permit::close);
        assertEquals(Optional.empty(), limit.enter());
        now += HandshakeLimit.PENALTY_NANOS;
        assertTrue(limit.enter().isPresent());
    }

    @Test
    void aPlaceForAnyTimeIsFreeAtOnceHoweverLongItWasKept() {
        HandshakeLimit.Permit first = enter(HandshakeLimit.MAX_PATIENT).get(0);
        now += 100 * HandshakeLimit.QUICK_NANOS;
        first.close();
        assertTrue(limit.enter().orElseThrow().deadline().isEmpty());
    }

    private List<HandshakeLimit.Permit> enter(int count) {
        List<HandshakeLimit.Permit> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(limit.enter().orElseThrow());
        }
        return places;
    }
}
