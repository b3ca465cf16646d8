package dev.vtsbasic.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.TestServer;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SettingSourceTest {
    @Test
    void environmentNamesAreUpperCaseWithUnderscores() {
        SettingSource source = SettingSource.environment(Map.of("VTS_BUN_PORT", "8081", "vts.port", "1"));
        assertEquals("8081", source.find("vts.bun-port"));
        assertNull(source.find("vts.port"));
        assertEquals(List.of("vts.bun-port"), List.copyOf(source.names()));
    }

    @Test
    void everySettingHasAnEnvironmentName() {
        for (Setting<?> setting : Setting.all()) {
            assertTrue(setting.environmentName().matches("VTS_[A-Z]+(_[A-Z]+)*"), setting.environmentName());
            SettingSource source = SettingSource.environment(Map.of(setting.environmentName(), "x"));
            assertEquals("x", source.find(setting.name()));
            assertEquals(List.of(setting.name()), List.copyOf(source.names()));
        }
    }

    @Test
    void systemPropertiesAreReadUnderTheirOwnNames() {
        System.setProperty("vts.only-in-this-test", "here");
        try {
            SettingSource source = SettingSource.systemProperties();
            assertEquals("here", source.find("vts.only-in-this-test"));
            assertTrue(source.names().contains("vts.only-in-this-test"));
            assertFalse(source.names().contains("java.home"));
        } finally {
            System.clearProperty("vts.only-in-this-test");
        }
    }

    @Test
    void contextParametersAreReadFromARealContainer() throws Exception {
        CompletableFuture<SettingSource> source = new CompletableFuture<>();
        try (TestServer server = TestServer.start(context -> {
            context.setInitParameter("vts.bun-port", "8081");
            context.setInitParameter("other", "1");
            source.complete(SettingSource.contextParameters(context));
        })) {
            assertEquals("8081", source.join().find("vts.bun-port"));
            assertEquals(Set.of("vts.bun-port"), Set.copyOf(source.join().names()));
            assertTrue(server.port() > 0);
        }
    }

    @Test
    void thePropertiesFileIsReadAndNamesItselfInARefusal() throws Exception {
        SettingSource source = SettingSource.properties(
                new ByteArrayInputStream("# of the app\nvts.port = 8080\nvts.bun-port=x\n".getBytes(ISO_8859_1)));
        assertEquals("8080", source.find("vts.port"));
        assertEquals("WEB-INF/vts.properties", source.description());
        assertEquals(Set.of("vts.port", "vts.bun-port"), Set.copyOf(source.names()));
    }

    @Test
    void aWarWithoutAPropertiesFileSetsNothing() throws Exception {
        SettingSource source = SettingSource.properties(null);
        assertNull(source.find("vts.port"));
        assertTrue(source.names().isEmpty());
    }

    @Test
    void withoutANamingServiceJndiHasNothing() {
        assertNull(SettingSource.jndi().find("vts.port"));
    }
}
