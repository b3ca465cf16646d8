package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CacheDocTest {
    @Test
    void everyTestThatTheTableNamesIsThere() throws Exception {
        String document = Files.readString(Path.of("docs/cache.md"));
        String table = document.substring(document.indexOf("| a shared cache | here | test |"));
        List<String> named = Pattern.compile("`(\\w+)`(?=[^|]*\\|\n)")
                .matcher(table)
                .results()
                .map((MatchResult name) -> name.group(1))
                .toList();
        assertTrue(named.size() > 30, named.toString());
        List<String> tests = Stream.of(
                        SharedCacheTest.class, SharedCacheFieldsTest.class, SharedCacheSlowClientTest.class)
                .flatMap(theme -> Arrays.stream(theme.getDeclaredMethods()))
                .map(Method::getName)
                .toList();
        assertEquals(
                List.of(), named.stream().filter(name -> !tests.contains(name)).toList());
    }
}
