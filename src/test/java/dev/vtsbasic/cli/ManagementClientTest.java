package dev.vtsbasic.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.manage.OperatorTokenFile;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.TestSettings;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManagementClientTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1",
        "::, [::1]",
        "[::], [::1]",
        "0:0::0, [::1]",
        "[fd00::7], [fd00::7]",
        "::1, [::1]",
        "fd00::7, [fd00::7]",
        "192.0.2.1, 192.0.2.1",
        "example.org, example.org"
    })
    void theUriHasTheAddressOrLoopback(String address, String host) throws Exception {
        java.net.URI uri =
                ManagementClient.uri(TestSettings.of("vts.address", address, "vts.port", "3000"), "GET", "/ready");
        assertEquals("http://" + host + ":3000/-/ready", uri.toString());
        assertEquals(host, uri.getHost());
        if (host.startsWith("[")) {
            assertTrue(InetAddress.getByName(uri.getHost()) instanceof java.net.Inet6Address);
        }
    }

    @Test
    void theUriBeginsWithTheContextPath() throws Exception {
        assertEquals(
                "http://127.0.0.1:3000/apps/front/-/ready",
                ManagementClient.uri(
                                TestSettings.of("vts.port", "3000", "vts.context-path", "/apps/front/"),
                                "GET",
                                "/ready")
                        .toString());
    }

    @Test
    void aPostGoesToTheManagementPort() throws Exception {
        Settings settings = TestSettings.of(
                "vts.port",
                "3000",
                "vts.management-port",
                "9000",
                "vts.management-address",
                "::",
                "vts.address",
                "192.0.2.1");
        assertEquals(
                "http://[::1]:9000/-/restart",
                ManagementClient.uri(settings, "POST", "/restart").toString());
        assertEquals(
                "http://192.0.2.1:3000/-/ready",
                ManagementClient.uri(settings, "GET", "/ready").toString());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyTheUserOfARunningInstanceFindsItsToken() throws Exception {
        Path work = directory.resolve("work");
        List<Path> directories = List.of(Path.of("/proc/nothing"), work);
        try (OperatorTokenFile token = new OperatorTokenFile()) {
            token.publish(directories, 3000);
            assertEquals(Optional.of(token.text()), OperatorTokenFile.find(directories, 3000));
            assertEquals(Optional.empty(), OperatorTokenFile.find(directories, 3001));
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(work.resolve("restart-3000"))));
            Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals(Optional.empty(), OperatorTokenFile.find(directories, 3000), "it may be a stranger's");
            Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwx------"));
        }
        assertFalse(Files.exists(work.resolve("restart-3000")));
    }

    /** The killed instance's lock on the file ended with its process. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theTokenFileOfAKilledInstanceIsRemovedByTheNextAtAnyPort() throws Exception {
        Path work = directory.resolve("work");
        try (OperatorTokenFile token = new OperatorTokenFile()) {
            token.publish(List.of(work), 3000);
            Path stale = Files.writeString(work.resolve("restart-4000"), "");
            Path other = Files.writeString(work.resolve("restart-now"), "");
            try (OperatorTokenFile next = new OperatorTokenFile()) {
                next.publish(List.of(work), 3001);
                assertFalse(Files.exists(stale));
                assertTrue(Files.exists(other));
                assertEquals(Optional.of(token.text()), OperatorTokenFile.find(List.of(work), 3000));
            }
        }
    }

    @Test
    void theTokenFileOfALaterInstanceStays() throws Exception {
        try (OperatorTokenFile second = new OperatorTokenFile()) {
            try (OperatorTokenFile first = new OperatorTokenFile()) {
                first.publish(List.of(directory), 3000);
                second.publish(List.of(directory), 3000);
            }
            assertEquals(Optional.of(second.text()), OperatorTokenFile.find(List.of(directory), 3000));
        }
    }
}
