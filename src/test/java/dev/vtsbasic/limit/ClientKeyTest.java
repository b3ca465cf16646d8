package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientKeyTest {
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
            assertEquals(ClientKey.of(one), ClientKey.of(other));
        } else {
            assertNotEquals(ClientKey.of(one), ClientKey.of(other));
        }
    }
}
