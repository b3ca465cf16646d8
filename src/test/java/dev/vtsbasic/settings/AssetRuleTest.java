package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetRuleTest {
    @Test
    void rulesAreSeparatedBySemicolons() {
        assertEquals(
                List.of(new AssetRule("/fonts/**", "public, max-age=86400"), new AssetRule("/x.js", "no-store")),
                AssetRule.list("/fonts/**=public, max-age=86400; /x.js = no-store;"));
        assertEquals(List.of(), AssetRule.list(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fonts/**=no-store", "/fonts/**", "/a=", "=no-store", "/a=no store", "/a=x\r\ny"})
    void aMalformedRuleIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> AssetRule.list(text));
    }

    @ParameterizedTest
    @CsvSource({
        "/a/*.js, /a/x.js, true",
        "/a/*.js, /a/b/x.js, false",
        "/a/**, /a/b/x.js, true",
        "/a/**/x.js, /a/b/c/x.js, true",
        "/**.map, /a/b.map, true",
        "/a.js, /a_js, false",
        "/[a], /[a], true"
    })
    void starsStandForNamesAndDoubleStarsForPaths(String glob, String path, boolean matches) {
        assertEquals(matches, new AssetRule(glob, "no-store").matches(path));
    }

    @ParameterizedTest
    @CsvSource({"/a/**, /a/", "/a/b/**, /a/b/", "/a/*, ''", "/a, ''", "/**, ''", "/*/a/**, ''"})
    void aRuleForADirectoryNamesIt(String glob, String directory) {
        assertEquals(directory, new AssetRule(glob, "no-store").directory());
    }
}
