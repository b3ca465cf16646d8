package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CacheDocTest {
    private static final List<Class<?>> TESTS = List.of(
            SharedCacheBypassTest.class,
            SharedCacheCapacityTest.class,
            SharedCacheCollapsingTest.class,
            SharedCacheConditionsTest.class,
            SharedCacheCredentialsTest.class,
            SharedCacheDeliveryTest.class,
            SharedCacheFieldsTest.class,
            SharedCacheInvalidationTest.class,
            SharedCacheKeyTest.class,
            SharedCacheRevalidationTest.class,
            SharedCacheSlowClientTest.class,
            SharedCacheStaleTest.class,
            SharedCacheStoringTest.class,
            SharedCacheVariantsTest.class);

    @Test
    void everyTestThatTheTableNamesExists() throws Exception {
        String document = Files.readString(Path.of("docs/cache-conformance.md"));
        String table = document.substring(
                document.indexOf("| a shared cache | this one | tests |"), document.indexOf("## What is refused"));
        List<String> named = Pattern.compile("`(\\w+)`(?=[^|]*\\|\n)")
                .matcher(table)
                .results()
                .map((MatchResult name) -> name.group(1))
                .toList();
        assertTrue(named.size() > 30, named.toString());
        Set<String> tests = TESTS.stream()
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .map(Method::getName)
                .collect(Collectors.toSet());
        assertEquals(
                List.of(), named.stream().filter(name -> !tests.contains(name)).toList());
    }
}
