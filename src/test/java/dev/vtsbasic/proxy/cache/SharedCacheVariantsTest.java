package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which variant of a resource a request selects (RFC 9111 §4.1). */
class SharedCacheVariantsTest extends SharedCacheScene {
    @Test
    void theFieldsInVarySelectTheVariant() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: Accept-Language, X-Kind"));
        assertEquals("1", get("/a", "Accept-Language: de", "X-Kind: a").body());
        RawResponse other = get("/a", "Accept-Language: en", "X-Kind: a");
        assertEquals("2", other.body());
        assertEquals("vts-basic; fwd=vary-miss; stored", other.header("Cache-Status"));
        assertEquals("3", get("/a", "X-Kind: a").body());
        assertEquals("1", get("/a", "Accept-Language: de", "X-Kind: a").body());
        assertEquals(
                "2", get("/a", "Accept-Language: en", "X-Kind: a", "X-Other: 1").body());
        assertEquals("3", get("/a", "X-Kind: a").body());
    }

    /** HttpClient's cache compares tokens without regard to case and order. */
    @Test
    void fieldsInVaryAreComparedByteForByte() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User"));
        List<String> users = List.of("Alice", "alice", "b, a", "a, b", "a,a", "a", "A=1; B=2", "a=1; b=2", "");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < users.size(); i++) {
                assertEquals("" + (i + 1), get("/a", "X-User: " + users.get(i)).body(), users.get(i));
            }
        }
    }

    /** RFC 9111 §4.1: whitespace around the commas of a list does not matter, but other whitespace may. */
    @Test
    void whitespaceAroundTheCommasOfAListDoesNotSelectAnotherVariant() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User"));
        assertEquals("1", get("/a", "X-User: 1,2").body());
        assertEquals("1", get("/a", "X-User:  1 ,  2 ").body());
        assertEquals("2", get("/a", "X-User: 1 2").body());
        assertEquals("3", get("/a", "X-User: \"1, 2\"").body());
        assertEquals("4", get("/a", "X-User: \"1,2\"").body());
    }

    /** RFC 9111 §4.1: a field that is absent matches only where it is absent. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-User          | X-User:",
                "Accept-Language | Accept-Language:",
                "Accept-Language | Accept-Language: ,",
                "Accept-Language | Accept-Language: de;=<b>",
                "Accept-Language | Accept-Language: \"de\"",
            })
    void anEmptyOrMalformedFieldDoesNotSelectTheVariantForAnAbsentField(String name, String field) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: " + name));
        assertEquals("1", get("/a", field).body());
        assertEquals("2", get("/a").body());
        assertEquals("3", get("/a", name + ": de").body());
        assertEquals("1", get("/a", field).body());
    }

    @Test
    void aResponseThatVariesByHostIsStoredForEachHost() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: Host"));
        assertEquals("1", get("/a").body());
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").startsWith("vts-basic; hit"), hit.text());
        assertEquals("Host", hit.header("Vary"));
    }

    @Test
    void severalLinesOfAFieldSelectTheSameVariantAsTheirList() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User, Accept-Language"));
        assertEquals(
                "1",
                get("/a", "X-User: a", "X-User: b", "Accept-Language: de, en").body());
        assertEquals(
                "2",
                get("/a", "X-User: b", "X-User: a", "Accept-Language: de, en").body());
        assertEquals(
                "1",
                get("/a", "X-User: a, b", "Accept-Language: en", "Accept-Language: de")
                        .body());
    }

    @Test
    void theNumberOfVariantsOfOneResourceIsLimited() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-Kind"));
        for (int i = 0; i <= LruCacheStorage.MAX_VARIANTS; i++) {
            get("/a", "X-Kind: " + i);
        }
        long entries = proxy.cacheStatistics().entries();
        assertEquals(1, entries);
        assertEquals(
                "" + (LruCacheStorage.MAX_VARIANTS + 1),
                get("/a", "X-Kind: " + LruCacheStorage.MAX_VARIANTS).body());
    }
}
