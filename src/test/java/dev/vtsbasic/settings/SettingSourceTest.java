package dev.vtsbasic.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.TestServer;
import java.io.ByteArrayInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    void anEmptyVariableCountsAsNotSet() throws Exception {
        SettingSource source = SettingSource.environment(Map.of("VTS_WORKERS", "", "VTS_PORT", " ", "VTS_PROT", ""));
        assertEquals(List.of(), List.copyOf(source.names()));
        Settings settings = Settings.read(List.of(
                source, SettingSource.properties(new ByteArrayInputStream("vts.workers=3".getBytes(ISO_8859_1)))));
        assertEquals(3, settings.workers().rules().count());
        assertEquals(3000, settings.server().port());
        assertEquals(List.of(), settings.warnings());
    }

    /**
     * The kubelet sets such variables, here for services named vts, vts-basic and vts-management with two ports each.
     */
    @Test
    void aVariableOfAKubernetesServiceIsNoSetting() throws Exception {
        Map<String, String> variables = new HashMap<>();
        for (String service : List.of("VTS", "VTS_BASIC", "VTS_MANAGEMENT")) {
            variables.put(service + "_SERVICE_HOST", "10.96.0.7");
            variables.put(service + "_SERVICE_PORT", "80");
            variables.put(service + "_SERVICE_PORT_HTTP", "80");
            variables.put(service + "_SERVICE_PORT_DNS_TCP", "53");
            variables.put(service + "_PORT", "tcp://10.96.0.7:80");
            variables.put(service + "_PORT_80_TCP", "tcp://10.96.0.7:80");
            variables.put(service + "_PORT_80_TCP_PROTO", "tcp");
            variables.put(service + "_PORT_80_TCP_PORT", "80");
            variables.put(service + "_PORT_80_TCP_ADDR", "10.96.0.7");
            variables.put(service + "_PORT_53_UDP", "udp://[fd00::7]:53");
        }
        variables.put("VTS_WORKERS", "2");
        Settings settings = Settings.read(List.of(SettingSource.environment(variables)));
        assertEquals(List.of(), settings.warnings());
        assertEquals(3000, settings.server().port());
        assertEquals(Optional.empty(), settings.management().port());
        assertEquals(2, settings.workers().rules().count());
        variables.put("VTS_PORT", "8080");
        assertEquals(
                8080,
                Settings.read(List.of(SettingSource.environment(variables)))
                        .server()
                        .port());
    }

    @Test
    void anIncompleteKubernetesServiceCausesAWarning() throws Exception {
        Settings settings = Settings.read(
                List.of(SettingSource.environment(Map.of("VTS_SERVICE_PORT", "80", "VTS_BUNN_PORT", "8081"))));
        assertEquals(2, settings.warnings().size(), settings.warnings().toString());
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
