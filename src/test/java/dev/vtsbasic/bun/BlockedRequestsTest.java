package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class BlockedRequestsTest {
    private static final LeasedRequest PAGE = request("GET", "/page");
    private static final LeasedRequest OTHER = request("GET", "/other");

    private long now;
    private final BlockedRequests requests = new BlockedRequests(() -> now);

    @Test
    void theSecondEndThatARequestCausedBlocksItForAMinute() {
        assertEquals(List.of(), requests.ended(List.of(PAGE), true));
        assertFalse(requests.isBlocked(PAGE));
        assertEquals("GET /page", requests.ended(List.of(PAGE), true).get(0).request());
        assertTrue(requests.isBlocked(PAGE));
        assertEquals(2, requests.blocked().get(0).workers());
        assertFalse(requests.isBlocked(OTHER));
        assertFalse(requests.isBlocked(request("HEAD", "/page")));
        now += BlockedRequests.BLOCKED_FOR.toNanos();
        assertFalse(requests.isBlocked(PAGE));
        assertEquals(List.of(), requests.blocked());
    }

    @Test
    void afterItsMinuteOneEndBlocksItAnew() {
        block(PAGE);
        now += BlockedRequests.BLOCKED_FOR.toNanos();
        assertEquals(1, requests.ended(List.of(PAGE), true).size());
        assertTrue(requests.isBlocked(PAGE));
    }

    @Test
    void anAnswerClearsARequestOfAllThatWasHeldAgainstIt() {
        requests.ended(List.of(PAGE), true);
        requests.answered(PAGE);
        requests.ended(List.of(PAGE), true);
        assertFalse(requests.isBlocked(PAGE));
        requests.ended(List.of(PAGE), true);
        requests.answered(PAGE);
        assertFalse(requests.isBlocked(PAGE));
        assertTrue(requests.isEmpty());
    }

    @Test
    void requestsThatAreOnlyUnderWayAreBlockedAtTheThirdEndWithoutAnAnswer() {
        requests.ended(List.of(PAGE, OTHER), false);
        requests.ended(List.of(PAGE, OTHER), false);
        assertFalse(requests.isBlocked(PAGE));
        requests.answered(OTHER);
        requests.ended(List.of(PAGE, OTHER), false);
        assertTrue(requests.isBlocked(PAGE));
        assertFalse(requests.isBlocked(OTHER));
    }

    @Test
    void manyOfTheSameRequestAtOneEndCountOnce() {
        requests.ended(List.of(PAGE, PAGE, PAGE), true);
        assertFalse(requests.isBlocked(PAGE));
        assertEquals(1, BlockedRequests.count(List.of(PAGE, PAGE)));
    }

    @Test
    void theOldestOfTooManyIsForgotten() {
        block(PAGE);
        for (int i = 1; i < BlockedRequests.MAX_ENTRIES; i++) {
            requests.ended(List.of(request("GET", "/" + i)), true);
        }
        assertTrue(requests.isBlocked(PAGE));
        requests.ended(List.of(OTHER), true);
        assertFalse(requests.isBlocked(PAGE));
    }

    @Test
    void longPathsAreToldApartAndCutWhenTheyAreShown() {
        LeasedRequest one = request("GET", "/" + "a".repeat(20_000) + "1");
        LeasedRequest two = request("GET", "/" + "a".repeat(20_000) + "2");
        block(one);
        assertTrue(requests.isBlocked(one));
        assertFalse(requests.isBlocked(two));
        String shown = requests.blocked().get(0).request();
        assertTrue(shown.length() <= 201 && shown.endsWith("a…"), shown);
    }

    @Test
    void whatIsHeldAgainstARequestIsForgottenInTime() {
        requests.ended(List.of(PAGE), true);
        now += 11 * BlockedRequests.BLOCKED_FOR.toNanos();
        requests.ended(List.of(OTHER), true);
        requests.ended(List.of(PAGE), true);
        assertFalse(requests.isBlocked(PAGE));
    }

    private void block(LeasedRequest request) {
        requests.ended(List.of(request), true);
        requests.ended(List.of(request), true);
    }

    private static LeasedRequest request(String method, String path) {
        return new LeasedRequest("", method, path, false);
    }
}
