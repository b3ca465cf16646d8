package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("java")
class HeapBudgetTest {
    @Test
    void theSharedCacheReducesTheBudgetByOneAndAHalfTimesItsSize() {
        long cache = 1024 * 1024;
        assertEquals(
                cache * 3 / 2,
                HeapBudget.ofHeap(0).bytes() - HeapBudget.ofHeap(cache).bytes());
    }
}
