package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, ''",
        "/shop, /shop",
        "/shop/, /shop",
        "/apps/front/v2, /apps/front/v2",
        "/a%20b, /a%20b",
        "/.a/..b/..., /.a/..b/..."
    })
    void aTrailingSlashIsRemoved(String text, String path) {
        assertEquals(path, UrlPath.of(text));
        assertTrue(UrlPath.is(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop", "//shop", "/shop//", "/a/../b", "/.", "/a//b", "/a/./b", "/..", "/a b", "/a'b", "/a\"b", "/<b>",
                "/${a}", "/a?b", "/a\\b"
            })
    void aPathWithASpecialCharacterIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> UrlPath.of(text));
    }

    @Test
    void aVeryLongPathIsParsed() {
        assertTrue(UrlPath.is("/a".repeat(100_000)));
        assertFalse(UrlPath.is("/a".repeat(100_000) + "/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%20b", "/a:b", "/a,b", "/a=b"})
    void aPathThatServersRefuseIsNoContextPath(String text) {
        assertEquals(text, UrlPath.of(text));
        assertFalse(UrlPath.isContextPath(text));
        assertThrows(IllegalArgumentException.class, () -> UrlPath.ofContext(text));
        assertEquals("/a+b@c~d", UrlPath.ofContext("/a+b@c~d/"));
    }

    @Test
    void anEmptyPathIsTheRoot() {
        assertTrue(UrlPath.is(""));
        assertFalse(UrlPath.is("/"));
        assertThrows(IllegalArgumentException.class, () -> UrlPath.of(""));
    }
}
