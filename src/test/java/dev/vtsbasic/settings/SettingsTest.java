package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void withoutAnySourceEverySettingHasItsDefault() throws Exception {
        Settings settings = Settings.read(List.of());
        assertEquals(3000, settings.server().port());
        assertEquals("0.0.0.0", settings.server().address());
        assertEquals(Optional.empty(), settings.app().directory());
        assertEquals(Validation.FAIL, settings.app().validation());
        assertEquals(BunTransport.UNIX, settings.workers().transport());
        assertEquals("/-", settings.management().path());
        assertEquals(Duration.ofSeconds(15), settings.workers().startupTimeout());
        assertEquals(LogLevel.INFO, settings.logs().level());
        assertEquals(List.of(), settings.warnings());
    }

    @ParameterizedTest
    @CsvSource({"vts.management-token, a secret phrase", "vts.upstream, https://user:secret@example.org"})
    void theErrorForAMalformedSecretDoesNotContainIt(String name, String value) {
        BadSettingException e = assertThrows(
                BadSettingException.class,
                () -> Settings.read(List.of(SettingSource.commandLine(Map.of(name, value)))));
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
    }

    @Test
    void theFirstSourceThatHasAValueWins() throws Exception {
        Settings settings = Settings.read(List.of(
                SettingSource.commandLine(Map.of("vts.port", "1")),
                SettingSource.environment(Map.of("VTS_PORT", "2", "VTS_READY_PATH", "/environment")),
                new SettingSource.Values(
                        "a file", Map.of("vts.port", "3", "vts.ready-path", "/file", "vts.max-crashes", "7"))));
        assertEquals(1, settings.server().port());
        assertEquals("/environment", settings.workers().readyPath());
        assertEquals(7, settings.workers().rules().maxCrashes());
    }

    @Test
    void eachSettingSaysWhereItCameFromAndKeepsItsSecret() throws Exception {
        List<SettingInForce> inForce = Settings.read(List.of(
                        SettingSource.commandLine(Map.of("vts.port", "1")),
                        SettingSource.environment(Map.of(
                                "VTS_PORT",
                                "2",
                                "VTS_MANAGEMENT_TOKEN",
                                "hush",
                                "VTS_UPSTREAM",
                                "http://me:hush@127.0.0.1:8081"))))
                .inForce();
        assertEquals(Setting.all().size(), inForce.size());
        for (SettingInForce expected : List.of(
                new SettingInForce("VTS_PORT", "1", "the command line"),
                new SettingInForce("VTS_MANAGEMENT_TOKEN", "***", "the environment"),
                new SettingInForce("VTS_METRICS_TOKEN", "", ""),
                new SettingInForce("VTS_UPSTREAM", "http://***@127.0.0.1:8081", "the environment"),
                new SettingInForce("VTS_STOP_TIMEOUT", "20s", ""))) {
            assertTrue(inForce.contains(expected), inForce.toString());
        }
    }

    @Test
    void aBadValueThatAnEarlierSourceOverridesIsNotRead() throws Exception {
        Settings settings = Settings.read(List.of(
                SettingSource.commandLine(Map.of("vts.port", "1")),
                SettingSource.environment(Map.of("VTS_PORT", "none"))));
        assertEquals(1, settings.server().port());
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "15s, 15000", "2m, 120000", "1h, 3600000", "500h, 1800000000", "0s, 0"})
    void aTimeHasAUnit(String text, long millis) throws Exception {
        assertEquals(
                Duration.ofMillis(millis),
                read("vts.hold-timeout", text).proxy().holdTimeout());
    }

    @Test
    void aBunPortAppliesToTcpOnly() throws Exception {
        Map<String, String> values = Map.of("vts.bun-port", "4000", "vts.workers", "2");
        assertEquals(
                0,
                Settings.read(List.of(SettingSource.commandLine(values)))
                        .workers()
                        .port());
        Map<String, String> tcp = Map.of("vts.bun-port", "4000", "vts.bun-transport", "tcp");
        assertEquals(
                4000,
                Settings.read(List.of(SettingSource.commandLine(tcp))).workers().port());
    }

    @Test
    void choicesMayBeWrittenInAnyCaseAndWithSpaceAround() throws Exception {
        assertEquals(
                BunTransport.TCP, read("vts.bun-transport", " Tcp ").workers().transport());
        assertEquals(Validation.WARN, read("vts.validate", "WARN").app().validation());
        assertEquals(LogLevel.DEBUG, read("vts.log-level", "debug").logs().level());
    }

    @Test
    void autoWorkersAreAtMostOneHundred() {
        assertEquals(64, SettingType.workers("auto", 64));
        assertEquals(100, SettingType.workers("auto", 192));
        assertThrows(IllegalArgumentException.class, () -> SettingType.workers("101", 192));
    }

    @Test
    void variablesAreNamesOrPrefixes() throws Exception {
        assertEquals(List.of(), read("vts.worker-env", "").workers().environment());
        assertEquals(
                List.of("DATABASE_URL", "APP_*", "*"),
                read("vts.worker-env", "DATABASE_URL , APP_*,,*").workers().environment());
    }

    @Test
    void pathsBecomeAbsoluteAndAnEmptyPathIsAbsent() throws Exception {
        assertEquals(
                Optional.of(Path.of("some/dist").toAbsolutePath()),
                read("vts.app-dir", "some/dist").app().directory());
        assertEquals(Optional.empty(), read("vts.app-dir", "").app().directory());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            vts.port,            65536,     a number from 0 to 65535
            vts.port,            -1,        a number from 0 to 65535
            vts.port,            '',        a number from 0 to 65535
            vts.port,            80a,       a number from 0 to 65535
            vts.max-crashes,     0,         a number from 1 to 1000
            vts.hold-timeout,    15,        'a time such as 500ms, 15s, 2m or 1h, up to 500h'
            vts.hold-timeout,    -1s,       'a time such as 500ms, 15s, 2m or 1h, up to 500h'
            vts.hold-timeout,    1d,        'a time such as 500ms, 15s, 2m or 1h, up to 500h'
            vts.crash-window,    501h,      'a time such as 500ms, 15s, 2m or 1h, up to 500h'
            vts.hang-timeout,    9999999h,  'a time such as 500ms, 15s, 2m or 1h, up to 500h'
            vts.max-body,        1025g,     'a size in bytes such as 0, 512k, 20m or 2g, up to 1024g'
            vts.bun-transport,   pipe,      unix or tcp
            vts.validate,        '',        fail or warn
            vts.log-level,       loud,      error or warn or info or debug
            vts.ready-path,      ready,     a path that starts with /
            vts.ready-path,      /a b,      a path that starts with /
            vts.management-path, /,         a path such as /- or /internal/vts
            vts.management-path, /vts/,     a path such as /- or /internal/vts
            vts.management-path, /v*,       a path such as /- or /internal/vts
            vts.worker-nice,     20,        a number from 0 to 19
            vts.worker-env,      'A*B',     'names or prefixes such as DATABASE_URL, APP_*, separated by commas; * for all'
            vts.worker-env,      'A B',     'names or prefixes such as DATABASE_URL, APP_*, separated by commas; * for all'
            vts.address,         '',        an IP address or host name
            vts.address,         'a b',     an IP address or host name
            vts.address,         '[::',     an IP address or host name
            vts.address,         'a:80',    an IP address or host name
            vts.upstream,        http://a_b:99999, a URL such as http://127.0.0.1:8081
            vts.upstream,        http://a b, a URL such as http://127.0.0.1:8081
            vts.upstream,        https://a, a URL such as http://127.0.0.1:8081
            """)
    void aRefusalNamesTheSettingTheValueItsSourceAndWhatIsAllowed(String name, String value, String allowed) {
        BadSettingException refusal = assertThrows(BadSettingException.class, () -> read(name, value));
        assertEquals(
                "%s is \"%s\", from the command line; allowed is %s"
                        .formatted(name.toUpperCase().replaceAll("[.-]", "_"), value, allowed),
                refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"[::], ::", "::, ::", "[fe80::1%eth0], fe80::1%eth0", "localhost, localhost", "my_host, my_host"})
    void anAddressIsWrittenWithOrWithoutBrackets(String text, String address) throws Exception {
        assertEquals(address, read("vts.address", text).server().address());
        assertEquals(address, read("vts.management-address", text).management().address());
    }

    @ParameterizedTest
    @CsvSource({"http://my_app, my_app, 80", "http://a_b:8081/, a_b, 8081", "http://me:hush@[::1]:1, [::1], 1"})
    void anUpstreamMayHaveAnyNameThatAContainerHas(String text, String host, int port) throws Exception {
        Authority authority = AppSettings.authorityOf(
                read("vts.upstream", text).app().upstream().orElseThrow());
        assertEquals(host, authority.host());
        assertEquals(port, authority.port().orElse(80));
    }

    @Test
    void aRateThatNeedsMoreThanAYearToFillIsRefused() throws Exception {
        for (String name : List.of("vts.rate-limit", "vts.rate-limit-per-client")) {
            String text = "1/h burst 9999999";
            BadSettingException refusal = assertThrows(BadSettingException.class, () -> read(name, text));
            assertTrue(
                    refusal.getMessage().startsWith(Setting.environmentName(name) + " is \"" + text + "\""),
                    refusal.getMessage());
            read(name, "1/h burst 8760");
        }
    }

    @Test
    void anUnknownNameIsWarnedAboutWithTheNearestKnownOne() throws Exception {
        Settings settings = Settings.read(List.of(
                SettingSource.commandLine(Map.of("vts.prot", "1")),
                SettingSource.environment(Map.of("VTS_RESPONSE_TIME_OUT", "1s", "PATH", "/bin"))));
        assertEquals(
                List.of(
                        "unknown setting VTS_PROT from the command line; did you mean VTS_PORT?",
                        "unknown setting VTS_RESPONSE_TIME_OUT from the environment; did you mean VTS_RESPONSE_TIMEOUT?"),
                settings.warnings());
    }

    @Test
    void anUnknownNameThatIsLikeNoneIsWarnedAboutAlone() throws Exception {
        assertEquals(
                List.of("unknown setting VTS_QQQQQQQQQQQQQQQQQQQQQQQQQQ from the command line"),
                read("vts.qqqqqqqqqqqqqqqqqqqqqqqqqq", "1").warnings());
    }

    private static Settings read(String name, String value) throws BadSettingException {
        return Settings.read(List.of(SettingSource.commandLine(Map.of(name, value))));
    }
}
