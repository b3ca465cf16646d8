package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RequestCollapserTest {
    /** Who has asked the cache before the other one left has to ask it again. */
    @Test
    void whoBoardsAfterAnotherOneLeftCanTell() {
        RequestCollapser flights = new RequestCollapser();
        long before = flights.left("/a");
        RequestCollapser.Flight other = flights.board("/a", "/a").flight();
        assertEquals(before, flights.left("/a"));
        other.end(RequestCollapser.End.STORED);
        assertTrue(flights.board("/a", "/a").mine());
        assertNotEquals(before, flights.left("/a"));
    }
}
