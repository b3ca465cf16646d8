package dev.vtsbasic.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        assertEquals("Ein \"Wert\", größer als 日本", Printable.of("Ein \"Wert\", größer als 日本"));
    }

    @Test
    void whatCouldFakeALineOrSteerATerminalIsShown() {
        assertEquals(
                "a\\u000d\\u000ab\\u001b[2J\\u0085\\u202e\\u2028", Printable.of("a\r\nb\u001b[2J\u0085\u202e\u2028"));
    }

    @Test
    void longTextIsCut() {
        assertEquals("x".repeat(300) + "…", Printable.of("x".repeat(100_000)));
    }
}
