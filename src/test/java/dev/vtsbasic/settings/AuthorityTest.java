package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    @Test
    void aHostMayHaveAPort() {
        assertEquals(Optional.of(new Authority("shop.example", OptionalInt.empty())), Authority.of("shop.example"));
        assertEquals(Optional.of(new Authority("my_app", OptionalInt.of(8443))), Authority.of("my_app:8443"));
        assertEquals(Optional.of(new Authority("[2001:DB8::1]", OptionalInt.of(1))), Authority.of("[2001:DB8::1]:1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "A.example.",
                "_srv.a_b",
                "1.2.3.4",
                "1.example",
                "0x7f.example",
                "xn--e1afmkfd.example",
                "[::]"
            })
    void namesAndAddressesAreHosts(String text) {
        assertEquals(Optional.of(text), Authority.of(text).map(Authority::host));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "a:",
                "a:0",
                "a:99999",
                "a:1x",
                "a:1:2",
                "shop.example/admin?",
                "a#b",
                "a?b",
                "a\\b",
                "user@evil.example",
                "a b",
                "a,b",
                "a%2fb",
                "[::1",
                "::1",
                "[zz]",
                "[1.2.3.4]",
                "[fe80::1%eth0]",
                "a..b",
                ".a",
                "1.2.3",
                "1.2.3.999",
                "01.2.3.4",
                "0x7f.1",
                "a.0x",
                "caf\u00e9",
                "\u0661",
                "a\n"
            })
    void aMalformedHostIsRejected(String text) {
        assertEquals(Optional.empty(), Authority.of(text));
    }
}
