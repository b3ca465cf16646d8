package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RequestCollapserTest {
    /** A request that checked the cache before the count changed has to check it again. */
    @Test
    void theCountOfDeparturesChangesWhenAnInFlightRequestEnds() {
        RequestCollapser collapser = new RequestCollapser();
        long before = collapser.completions("/a");
        RequestCollapser.InFlight other = collapser.join("/a", "/a").inFlight();
        assertEquals(before, collapser.completions("/a"));
        other.end(RequestCollapser.End.STORED);
        assertTrue(collapser.join("/a", "/a").isNew());
        assertNotEquals(before, collapser.completions("/a"));
    }
}
