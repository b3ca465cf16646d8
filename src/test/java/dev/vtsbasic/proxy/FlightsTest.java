package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FlightsTest {
    /** Who has asked the cache before the other one left has to ask it again. */
    @Test
    void whoBoardsAfterAnotherOneLeftCanTell() {
        Flights flights = new Flights();
        long before = flights.left("/a");
        Flights.Flight other = flights.board("/a", "/a").flight();
        assertEquals(before, flights.left("/a"));
        other.end(Flights.End.STORED);
        assertTrue(flights.board("/a", "/a").mine());
        assertNotEquals(before, flights.left("/a"));
    }
}
