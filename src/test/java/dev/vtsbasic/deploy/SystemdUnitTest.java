package dev.vtsbasic.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.TestSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The unit file that {@code docs/systemd.md} offers. */
class SystemdUnitTest {
    private static final Path UNIT = Path.of("docs/systemd/vts-basic.service");

    @Test
    void systemdAcceptsTheUnit() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "there is no systemd");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/java")), "the program that it runs is elsewhere");
        Process verify = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", UNIT.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, verify.waitFor(), said);
        assertEquals(
                List.of(),
                said.lines().filter(line -> line.contains("vts-basic")).toList());
    }

    @Test
    void theUnitSetsOnlyKnownSettings() throws Exception {
        Set<String> known = Pattern.compile("`(VTS_[A-Z_]+)`")
                .matcher(Files.readString(Path.of("docs/configuration.md")))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
        List<String> set = Pattern.compile("Environment=(VTS_[A-Z_]+)=")
                .matcher(Files.readString(UNIT))
                .results()
                .map(name -> name.group(1))
                .toList();
        assertEquals(List.of("VTS_APP_CWD", "VTS_WORK_DIR"), set);
        assertTrue(known.containsAll(set), set.toString());
    }

    @Test
    void theStopTimeoutOfTheUnitIsLongerThanAStop() throws Exception {
        Settings defaults = TestSettings.of();
        MatchResult seconds = Pattern.compile("TimeoutStopSec=(\\d+)s")
                .matcher(Files.readString(UNIT))
                .results()
                .findFirst()
                .orElseThrow();
        assertTrue(Integer.parseInt(seconds.group(1))
                > defaults.server()
                        .shutdownDelay()
                        .plus(defaults.server().stopTimeout())
                        .toSeconds());
    }
}
