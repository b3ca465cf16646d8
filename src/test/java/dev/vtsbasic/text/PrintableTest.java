package dev.vtsbasic.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void harmlessTextStaysAsItIs() {
        String text = "Grüße\tan 你好 👋";
        assertSame(text, Printable.line(text));
        assertSame(text, Printable.lines(text));
    }

    @Test
    void aControlCharacterIsEscaped() {
        assertEquals(
                "a\\u001b[2Jb\\u009b1m\\u007f\\u000d\\u202e\\u200f\\u061c",
                Printable.lines("a\u001b[2Jb\u009b1m\u007f\r\u202e\u200f\u061c"));
    }

    @Test
    void lineKeepsNoLineEndsAndLinesKeepsThem() {
        assertEquals("a\\u000ab", Printable.line("a\nb"));
        assertEquals("a\nb", Printable.lines("a\nb"));
    }
}
