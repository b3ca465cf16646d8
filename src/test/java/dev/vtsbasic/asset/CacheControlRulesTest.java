package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.settings.AssetRule;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheControlRulesTest {
    private static final String IMMUTABLE = "public, max-age=31536000, immutable";

    private final CacheControlRules rules = new CacheControlRules(List.of(
            new AssetRule("/fonts/*.woff2", "public, max-age=86400"),
            new AssetRule("/assets/live/**", "no-store"),
            new AssetRule("/static/js/**", IMMUTABLE),
            new AssetRule("/münze 1/**", IMMUTABLE)));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /fonts/a.woff2              | public, max-age=86400
            /fonts/deep/a.woff2         | no-cache
            /assets/live/x/y.json       | no-store
            /assets/a-12345678.js       | IMMUTABLE
            /assets/deep/a.js           | IMMUTABLE
            /assets/sw.js               | no-cache
            /assets/site.webmanifest    | no-cache
            /assets/manifest.json       | no-cache
            /static/js/a.js             | IMMUTABLE
            /static/css/a.css           | no-cache
            /robots.txt                 | no-cache
            """)
    void theFirstRuleThatMatchesDecides(String path, String cacheControl) {
        assertEquals(cacheControl.replace("IMMUTABLE", IMMUTABLE), rules.cacheControlOf(path));
    }

    @ParameterizedTest
    @CsvSource({
        "/assets/gone.js, true",
        "/static/js/gone.js, true",
        "/static/css/gone.css, false",
        "/münze 1/a.js, true",
        "/m%C3%BCnze%201/a.js, true",
        "/assetsx/gone.js, false",
        "/assets, false",
        "/, false"
    })
    void aPathIsHashedIfItsDirectoryIsImmutable(String path, boolean hashed) {
        assertEquals(hashed, rules.isHashed(path));
    }
}
