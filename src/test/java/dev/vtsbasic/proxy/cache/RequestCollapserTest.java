package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RequestCollapserTest {
    /** A request that asked the cache before the change has to ask it again. */
    @Test
    void theCountOfDeparturesChangesWhenAnInFlightRequestEnds() {
        RequestCollapser collapser = new RequestCollapser();
        long before = collapser.departures("/a");
        RequestCollapser.InFlight other = collapser.join("/a", "/a").inFlight();
        assertEquals(before, collapser.departures("/a"));
        other.end(RequestCollapser.End.STORED);
        assertTrue(collapser.join("/a", "/a").isNew());
        assertNotEquals(before, collapser.departures("/a"));
    }
}
