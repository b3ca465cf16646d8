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
    private final RequestBlocklist requests = new RequestBlocklist(() -> now);

    @Test
    void theSecondEndThatARequestCausedBlocksItForAMinute() {
        assertEquals(List.of(), alone(PAGE));
        assertFalse(requests.isBlocked(PAGE));
        assertEquals("GET /page", alone(PAGE).get(0).request());
        assertTrue(requests.isBlocked(PAGE));
        assertEquals(2, requests.blocked().get(0).workers());
        assertFalse(requests.isBlocked(OTHER));
        assertFalse(requests.isBlocked(request("HEAD", "/page")));
        now += RequestBlocklist.BLOCKED_FOR.toNanos();
        assertFalse(requests.isBlocked(PAGE));
        assertEquals(List.of(), requests.blocked());
    }

    @Test
    void afterItsMinuteOneEndBlocksItAnew() {
        block(PAGE);
        now += RequestBlocklist.BLOCKED_FOR.toNanos();
        assertEquals(1, alone(PAGE).size());
        assertTrue(requests.isBlocked(PAGE));
    }

    @Test
    void anAnswerClearsARequestOfAllThatWasHeldAgainstIt() {
        alone(PAGE);
        requests.answered(PAGE);
        alone(PAGE);
        assertFalse(requests.isBlocked(PAGE));
        alone(PAGE);
        requests.answered(PAGE);
        assertFalse(requests.isBlocked(PAGE));
        assertTrue(requests.isEmpty());
    }

    @Test
    void whatWasUnderWayWithOthersIsBlockedOnceAllOfThemWereAnsweredElsewhere() {
        for (int i = 1; i <= 2; i++) {
            LeasedRequest first = request("GET", "/first");
            LeasedRequest second = request("POST", "/second");
            requests.ended(List.of(PAGE, first, second), List.of());
            assertEquals(List.of(), requests.answered(first.asRetry()));
            assertEquals(i - 1, requests.answered(second.asRetry()).size());
        }
        assertTrue(requests.isBlocked(PAGE));
    }

    @Test
    void whatWasUnderWayWithOthersIsNotBlockedWhileOneOfThemIsUnanswered() {
        for (int i = 0; i < 10; i++) {
            requests.ended(List.of(PAGE, request("GET", "/" + i)), List.of());
        }
        assertFalse(requests.isBlocked(PAGE));
    }

    /** It may end workers with another body or query only. */
    @Test
    void anAnswerToAnotherRequestOfTheSamePathDoesNotLeaveTheRestToBlame() {
        for (int i = 0; i < 3; i++) {
            requests.ended(List.of(PAGE, OTHER), List.of());
            requests.answered(request("GET", "/other"));
        }
        assertFalse(requests.isBlocked(PAGE));
        assertFalse(requests.isBlocked(OTHER));
    }

    @Test
    void aDoubtIsGoneWhenItsPathIsAnsweredAndTheWorkerLivesOn() {
        for (int i = 1; i <= 2; i++) {
            assertEquals(List.of(), requests.ended(List.of(PAGE), List.of(OTHER)));
            assertTrue(requests.hasDoubts());
            assertEquals(List.of(), requests.answered(request("GET", "/other")));
            assertEquals(i - 1, requests.survived(request("GET", "/other")).size());
            assertFalse(requests.hasDoubts());
        }
        assertTrue(requests.isBlocked(PAGE));
    }

    @Test
    void manyOfTheSameRequestAtOneEndCountOnce() {
        LeasedRequest again = request("GET", "/page");
        requests.ended(List.of(PAGE, again), List.of());
        assertFalse(requests.isBlocked(PAGE));
        assertEquals(1, RequestBlocklist.count(List.of(PAGE, again)));
    }

    @Test
    void anEndAtWhichMoreWasUnderWayThanCanBeRememberedIsHeldAgainstNothing() {
        List<LeasedRequest> many = new ArrayList<>();
        for (int i = 0; i <= RequestBlocklist.MAX_SUSPECTS; i++) {
            many.add(request("GET", "/" + i));
        }
        requests.ended(many, List.of());
        assertTrue(requests.isEmpty());
    }

    @Test
    void theOldestOfTooManyIsForgotten() {
        block(PAGE);
        for (int i = 1; i < RequestBlocklist.MAX_ENTRIES; i++) {
            alone(request("GET", "/" + i));
        }
        assertTrue(requests.isBlocked(PAGE));
        alone(OTHER);
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
        alone(PAGE);
        requests.ended(List.of(PAGE, OTHER), List.of());
        now += 11 * RequestBlocklist.BLOCKED_FOR.toNanos();
        alone(OTHER);
        alone(PAGE);
        assertFalse(requests.isBlocked(PAGE));
    }

    private void block(LeasedRequest request) {
        alone(request);
        alone(request);
    }

    private List<BlockedRequest> alone(LeasedRequest request) {
        return requests.ended(List.of(request), List.of());
    }

    private static LeasedRequest request(String method, String path) {
        return LeasedRequest.of("", method, path);
    }
}
