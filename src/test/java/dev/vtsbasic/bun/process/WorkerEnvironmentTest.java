package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerEnvironmentTest {
    private static final Map<String, String> HOST = Map.ofEntries(
            Map.entry("PATH", "/bin"),
            Map.entry("LC_ALL", "C"),
            Map.entry("https_proxy", "http://proxy"),
            Map.entry("NODE_OPTIONS", "--require x"),
            Map.entry("BUN_OPTIONS", "--preload x"),
            Map.entry("AWS_SECRET_ACCESS_KEY", "secret"),
            Map.entry("DATABASE_URL", "db"),
            Map.entry("DATABASE_URL_2", "db2"),
            Map.entry("APP_ONE", "1"),
            Map.entry("APP_TWO", "2"),
            Map.entry("VTS_PORT", "3000"));

    @Test
    void onlyCommonVariablesArePassedByDefault() {
        assertEquals(
                Map.of("PATH", "/bin", "LC_ALL", "C", "https_proxy", "http://proxy", "NODE_ENV", "production"),
                WorkerEnvironment.of(HOST, List.of()));
    }

    @Test
    void namedVariablesAndPrefixesArePassedToo() {
        assertEquals(
                Map.of(
                        "PATH", "/bin",
                        "LC_ALL", "C",
                        "https_proxy", "http://proxy",
                        "NODE_ENV", "production",
                        "DATABASE_URL", "db",
                        "APP_ONE", "1",
                        "APP_TWO", "2"),
                WorkerEnvironment.of(HOST, List.of("DATABASE_URL", "APP_*", "MISSING")));
    }

    @Test
    void aStarPassesAllVariablesExceptVts() {
        Map<String, String> all = new java.util.HashMap<>(HOST);
        all.remove("VTS_PORT");
        all.put("NODE_ENV", "production");
        assertEquals(all, WorkerEnvironment.of(HOST, List.of("*")));
        assertEquals(all, WorkerEnvironment.of(HOST, List.of("*", "VTS_PORT", "VTS_*")));
    }

    @Test
    void nodeEnvOfTheJvmIsPassed() {
        assertEquals(
                Map.of("NODE_ENV", "test"), WorkerEnvironment.of(Map.of("NODE_ENV", "test", "SECRET", "x"), List.of()));
    }
}
