package dev.vtsbasic.bun.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.LeasedRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBlocklistTest {
    private static final LeasedRequest PAGE = request("GET", "/page");
    private static final LeasedRequest OTHER = request("GET", "/other");

    private long now;
    private final RequestBlocklist blocklist = new RequestBlocklist(() -> now);

    @Test
    void theSecondEndThatARequestCausesBlocksItForAMinute() {
        assertEquals(List.of(), alone(PAGE));
        assertFalse(blocklist.isBlocked(PAGE));
        assertEquals("GET /page", alone(PAGE).get(0).request());
        assertTrue(blocklist.isBlocked(PAGE));
        assertEquals(2, blocklist.blocked().get(0).workers());
        assertFalse(blocklist.isBlocked(OTHER));
        assertFalse(blocklist.isBlocked(request("HEAD", "/page")));
        now += RequestBlocklist.BLOCKED_FOR.toNanos();
        assertFalse(blocklist.isBlocked(PAGE));
        assertEquals(List.of(), blocklist.blocked());
    }

    @Test
    void afterTheBlockOneMoreEndBlocksTheRequestAgain() {
        block(PAGE);
        now += RequestBlocklist.BLOCKED_FOR.toNanos();
        assertEquals(1, alone(PAGE).size());
        assertTrue(blocklist.isBlocked(PAGE));
    }

    @Test
    void aResponseClearsARequestOfAllEnds() {
        alone(PAGE);
        blocklist.recordResponse(PAGE);
        alone(PAGE);
        assertFalse(blocklist.isBlocked(PAGE));
        alone(PAGE);
        blocklist.recordResponse(PAGE);
        assertFalse(blocklist.isBlocked(PAGE));
        assertTrue(blocklist.isEmpty());
    }

    @Test
    void aSuspectIsBlockedOnceAllOtherSuspectsWereAnswered() {
        for (int i = 1; i <= 2; i++) {
            LeasedRequest first = request("GET", "/first");
            LeasedRequest second = request("POST", "/second");
            blocklist.recordEnd(List.of(PAGE, first, second), List.of());
            assertEquals(List.of(), blocklist.recordResponse(first.asRetry()));
            assertEquals(i - 1, blocklist.recordResponse(second.asRetry()).size());
        }
        assertTrue(blocklist.isBlocked(PAGE));
    }

    @Test
    void aSuspectIsNotBlockedWhileAnotherIsUnanswered() {
        for (int i = 0; i < 10; i++) {
            blocklist.recordEnd(List.of(PAGE, request("GET", "/" + i)), List.of());
        }
        assertFalse(blocklist.isBlocked(PAGE));
    }

    /** It may end workers with another body or query only. */
    @Test
    void aResponseToOneOfSeveralRequestsWithOnePathDoesNotBlameTheOtherPath() {
        for (int i = 0; i < 3; i++) {
            blocklist.recordEnd(List.of(PAGE, OTHER), List.of());
            blocklist.recordResponse(request("GET", "/other"));
        }
        assertFalse(blocklist.isBlocked(PAGE));
        assertFalse(blocklist.isBlocked(OTHER));
    }

    @Test
    void aDoubtIsClearedWhenItsPathIsAnsweredAndTheWorkerLivesOn() {
        for (int i = 1; i <= 2; i++) {
            assertEquals(List.of(), blocklist.recordEnd(List.of(PAGE), List.of(OTHER)));
            assertTrue(blocklist.hasDoubts());
            assertEquals(List.of(), blocklist.recordResponse(request("GET", "/other")));
            assertEquals(
                    i - 1, blocklist.recordSurvival(request("GET", "/other")).size());
            assertFalse(blocklist.hasDoubts());
        }
        assertTrue(blocklist.isBlocked(PAGE));
    }

    @Test
    void severalEqualRequestsAtOneEndCountOnce() {
        LeasedRequest again = request("GET", "/page");
        blocklist.recordEnd(List.of(PAGE, again), List.of());
        assertFalse(blocklist.isBlocked(PAGE));
        assertEquals(1, RequestBlocklist.count(List.of(PAGE, again)));
    }

    @Test
    void anEndWithTooManySuspectsCountsAgainstNone() {
        List<LeasedRequest> many = new ArrayList<>();
        for (int i = 0; i <= RequestBlocklist.MAX_SUSPECTS; i++) {
            many.add(request("GET", "/" + i));
        }
        blocklist.recordEnd(many, List.of());
        assertTrue(blocklist.isEmpty());
    }

    @Test
    void theOldestEntryAboveTheLimitIsDropped() {
        block(PAGE);
        for (int i = 1; i < RequestBlocklist.MAX_ENTRIES; i++) {
            alone(request("GET", "/" + i));
        }
        assertTrue(blocklist.isBlocked(PAGE));
        alone(OTHER);
        assertFalse(blocklist.isBlocked(PAGE));
    }

    @Test
    void longPathsAreDistinguishedAndCutInMessages() {
        LeasedRequest one = request("GET", "/" + "a".repeat(20_000) + "1");
        LeasedRequest two = request("GET", "/" + "a".repeat(20_000) + "2");
        block(one);
        assertTrue(blocklist.isBlocked(one));
        assertFalse(blocklist.isBlocked(two));
        String shown = blocklist.blocked().get(0).request();
        assertTrue(shown.length() <= 201 && shown.endsWith("a…"), shown);
    }

    @Test
    void endsOfARequestExpire() {
        alone(PAGE);
        blocklist.recordEnd(List.of(PAGE, OTHER), List.of());
        now += 11 * RequestBlocklist.BLOCKED_FOR.toNanos();
        alone(OTHER);
        alone(PAGE);
        assertFalse(blocklist.isBlocked(PAGE));
    }

    private void block(LeasedRequest request) {
        alone(request);
        alone(request);
    }

    private List<BlockedRequest> alone(LeasedRequest request) {
        return blocklist.recordEnd(List.of(request), List.of());
    }

    private static LeasedRequest request(String method, String path) {
        return LeasedRequest.of("", method, path);
    }
}
