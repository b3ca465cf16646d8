package dev.vtsbasic.bun.output;

import dev.vtsbasic.text.Printable;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.event.Level;

/** Gets the text and level for the log from a line that a worker printed. */
final class LogLineParser {
    /** Made once, because each static method of {@code jakarta.json.Json} looks up the provider again. */
    private static final JsonParserFactory JSON = JsonProvider.provider().createParserFactory(Map.of());

    private static final Set<String> LEVEL_NAMES = Set.of("level", "severity", "log.level");

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;:]*m");

    private LogLineParser() {}

    /**
     * Decodes a line from UTF-8. Drops colours, and escapes characters that could move a terminal's cursor, fake
     * another line or reverse the text, for example as {@code \\u001b}.
     */
    static String text(byte[] bytes, int length) {
        String line = new String(bytes, 0, length, StandardCharsets.UTF_8);
        return Printable.line(COLOUR.matcher(line).replaceAll(""));
    }

    /**
     * The level that a JSON line names, as loggers such as pino, bunyan and winston write it.
     *
     * @param otherwise the level of a line that is not JSON or names no known level
     */
    static Level level(String line, Level otherwise) {
        if (!line.startsWith("{") || !line.endsWith("}")) {
            return otherwise;
        }
        Level level = null;
        try (JsonParser parser = JSON.createParser(new StringReader(line))) {
            String key = "";
            int depth = 0;
            // skipObject() and skipArray() are not used, because they never return when the line ends too early.
            while (parser.hasNext()) {
                switch (parser.next()) {
                    case START_OBJECT, START_ARRAY -> {
                        depth++;
                        key = "";
                    }
                    case END_OBJECT, END_ARRAY -> depth--;
                    case KEY_NAME -> key = depth == 1 ? parser.getString() : "";
                    case VALUE_NUMBER, VALUE_STRING -> {
                        if (level == null && LEVEL_NAMES.contains(key)) {
                            level = named(parser.getString());
                        }
                        key = "";
                    }
                    default -> key = "";
                }
            }
        } catch (RuntimeException e) {
            // The line is not JSON. RuntimeException, because the parser throws a bare one at deep nesting.
            return otherwise;
        }
        return level == null ? otherwise : level;
    }

    /** Null for an unknown name. */
    private static Level named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "10", "trace", "silly" -> Level.TRACE;
            case "20", "debug", "verbose" -> Level.DEBUG;
            case "30", "info", "http", "notice", "default" -> Level.INFO;
            case "40", "warn", "warning" -> Level.WARN;
            case "50", "60", "error", "fatal", "critical", "crit", "alert", "emergency", "emerg" -> Level.ERROR;
            default -> null;
        };
    }
}
