package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.LeasedRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BegunRequestsTest {
    @TempDir
    private Path directory;

    @Test
    void anEmptyFileHoldsNoRequest() {
        BegunRequests none = BegunRequests.of(new byte[BegunRequests.SIZE]);
        assertEquals("", none.last());
        assertTrue(none.excludes(request("a"), 0));
    }

    @Test
    void theCountPointsToTheLastRequest() {
        byte[] octets = new byte[BegunRequests.SIZE];
        put(octets, 0, "first");
        put(octets, 1, "second");
        octets[0] = 2;
        BegunRequests begun = BegunRequests.of(octets);
        assertEquals("second", begun.last());
        assertFalse(begun.excludes(request("first"), 1));
        assertTrue(begun.excludes(request("third"), 0));
    }

    @Test
    void theRecordsAreFilledInTurn() {
        byte[] octets = new byte[BegunRequests.SIZE];
        put(octets, 0, "newest");
        octets[0] = BegunRequests.MAX_RECORDS + 1;
        assertEquals("newest", BegunRequests.of(octets).last());
        octets[0] = (byte) (2 * BegunRequests.MAX_RECORDS + 1);
        assertEquals("newest", BegunRequests.of(octets).last());
    }

    @Test
    void anIdEndsWithAZeroByteBeforeTheRestOfALongerOne() {
        byte[] octets = new byte[BegunRequests.SIZE];
        put(octets, 0, "a-longer-one");
        put(octets, 0, "short\0");
        octets[0] = 1;
        assertEquals("short", BegunRequests.of(octets).last());
    }

    @Test
    void aRequestWhoseRecordMayBeOverwrittenIsNotExcluded() {
        BegunRequests none = BegunRequests.of(new byte[BegunRequests.SIZE]);
        assertFalse(none.excludes(request("a"), BegunRequests.MAX_RECORDS));
    }

    @Test
    void anUnreadableFileExcludesNoRequest() {
        assertEquals(BegunRequests.UNKNOWN, BegunRequests.read(directory.resolve("missing")));
        assertFalse(BegunRequests.UNKNOWN.excludes(request("a"), 0));
        assertEquals("", BegunRequests.UNKNOWN.last());
    }

    private static LeasedRequest request(String id) {
        return LeasedRequest.of(id, "GET", "/");
    }

    private static void put(byte[] octets, int place, String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, octets, Integer.BYTES + place * BegunRequests.RECORD_SIZE, text.length);
    }
}
