package dev.vtsbasic.bun.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

class LogLineParserTest {
    @Test
    void plainTextIsUnchanged() {
        String line = "grüße,\t世界 \uD83D\uDE00 {}%n$1 ${x}";
        assertEquals(line, text(line));
    }

    @Test
    void colourCodesAreDropped() {
        assertEquals("red plain", text("\u001b[1;31mred\u001b[0m \u001b[mplain"));
    }

    @Test
    void controlCharactersAreEscaped() {
        assertEquals("a\\u001b[2Jb\\u001b]0;title\\u0007", text("a\u001b[2Jb\u001b]0;title\u0007"));
        assertEquals("10%\\u000d20%", text("10%\r20%"));
        assertEquals("\\u0000\\u0008\\u007f\\u0085\\u009b31m", text("\0\b\u007f\u0085\u009b31m"));
        assertEquals("a\\u2028b\\u2029c\\u202ed\\u2066", text("a\u2028b\u2029c\u202ed\u2066"));
    }

    @Test
    void invalidUtf8IsReplaced() {
        assertEquals("a\uFFFDb\uFFFD", LogLineParser.text(new byte[] {'a', (byte) 0xFF, 'b', (byte) 0xC3}, 4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            {"level":10,"msg":"m"};                                                  TRACE
            {"level":20,"msg":"m"};                                                  DEBUG
            {"level":30,"time":1531171074631,"pid":657,"hostname":"h","msg":"m"};    INFO
            {"name":"app","hostname":"h","pid":1,"level":40,"msg":"m","v":0};        WARN
            {"level":50,"err":{"level":10,"stack":["a",{"level":20}]},"msg":"m"};    ERROR
            {"err":{"level":10},"tags":[1,2],"level":60,"msg":"m"};                  ERROR
            {"level":"error","message":"m"};                                         ERROR
            {"message":"m","level":"WARN"};                                          WARN
            {"level":"verbose","message":"m"};                                       DEBUG
            {"severity":"CRITICAL","message":"m"};                                   ERROR
            {"@timestamp":"t","log.level":"debug","message":"m"};                    DEBUG
            {"level":3,"severity":"info"};                                           INFO
            """)
    void aJsonLineHasTheLevelThatItNames(String line, Level level) {
        assertEquals(level, LogLineParser.level(line, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "{",
                "{}",
                "{ level: 50 }",
                "{\"level\":50",
                "{\"level\":50}}",
                "{\"level\":50} {\"level\":50}",
                "{\"level\":3}",
                "{\"level\":\"expert\"}",
                "{\"level\":null}",
                "{\"level\":{\"level\":50}}",
                "{\"a\":[\"level\",50]}",
                "[{\"level\":50}]",
                " {\"level\":50}"
            })
    void anyOtherLineHasTheDefaultLevel(String line) {
        assertEquals(Level.WARN, LogLineParser.level(line, Level.WARN));
    }

    @Test
    void deeplyNestedJsonHasTheDefaultLevel() {
        String deep = "{\"a\":" + "[".repeat(8000) + "}";
        assertEquals(Level.INFO, LogLineParser.level(deep, Level.INFO));
        assertEquals(Level.INFO, LogLineParser.level("{\"a\":".repeat(2500) + "}", Level.INFO));
    }

    private static String text(String line) {
        byte[] bytes = line.getBytes(UTF_8);
        return LogLineParser.text(bytes, bytes.length);
    }
}
