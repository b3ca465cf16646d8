package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.testing.TestSettings;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private static final List<IpNetwork> TRUSTED = TestSettings.of(
                    "vts.trusted-proxies", "127.0.0.1, 10.0.0.0/8, fd00::/8")
            .trustedProxies();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    192.0.2.1 | ''                                    | 192.0.2.1
                    192.0.2.1 | 198.51.100.1                          | 192.0.2.1
                    127.0.0.1 | ''                                    | 127.0.0.1
                    127.0.0.1 | 198.51.100.1                          | 198.51.100.1
                    127.0.0.1 | made up, 198.51.100.1                 | 198.51.100.1
                    127.0.0.1 | 203.0.113.9, 198.51.100.1             | 198.51.100.1
                    127.0.0.1 | 203.0.113.9, 198.51.100.1, 10.1.2.3   | 198.51.100.1
                    127.0.0.1 | 10.1.2.3, 10.1.2.4                    | 10.1.2.3
                    127.0.0.1 | unknown                               | 127.0.0.1
                    127.0.0.1 | 203.0.113.9, _hidden, 10.1.2.3        | 10.1.2.3
                    127.0.0.1 | 198.51.100.1:4711                     | 198.51.100.1
                    fd00::1   | [2001:db8::1]:4711                    | 2001:db8::1
                    fd00::1   | 2001:db8::1                           | 2001:db8::1
                    fd00::1   | 203.0.113.9,                          | 203.0.113.9
                    127.0.0.1 | localhost                             | 127.0.0.1
                    """)
    void theRightMostAddressOfNoTrustedProxyIsTheClients(String peer, String forwardedFor, String client) {
        List<String> addresses = forwardedFor.isEmpty() ? List.of() : List.of(forwardedFor.split(","));
        assertEquals(client, ClientAddress.of(peer, addresses, TRUSTED));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "0:0:0:0:0:0:0:1, ::1, true",
        "::1, 0.0.0.1, false",
        "192.0.2.1, , false",
    })
    void clientsAreToldApartByAddressOrNetwork(String one, String other, boolean same) {
        if (same) {
            assertEquals(ClientAddress.keyOf(one), ClientAddress.keyOf(other));
        } else {
            assertNotEquals(ClientAddress.keyOf(one), ClientAddress.keyOf(other));
        }
    }
}
