package dev.vtsbasic.embedded;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.text.Printable;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonParser;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * Formats a log message as a JSON object on one line.
 *
 * <p>An object that the app prints as JSON stays an object, in the field {@code app}: its names cannot be confused with
 * this program's, and a reader need not parse it a second time.
 */
final class JsonLine extends Formatter {
    private static final JsonProvider JSON = JsonProvider.provider();

    /** The names under which loggers of apps write their message. */
    private static final String[] MESSAGE_NAMES = {"msg", "message"};

    @Override
    public String format(LogRecord message) {
        StringWriter line = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject()
                    .write(
                            "time",
                            Instant.ofEpochMilli(message.getMillis())
                                    .truncatedTo(ChronoUnit.MILLIS)
                                    .toString())
                    .write("level", levelOf(message));
            Event.Entry entry = Event.current();
            if (entry != null) {
                json.write("event", entry.event().id());
            }
            json.write("logger", String.valueOf(message.getLoggerName()));
            if (entry != null && entry.event() == Event.WORKER_OUTPUT) {
                writeOutput(json, entry.fields());
            } else {
                json.write("message", formatMessage(message));
                if (entry != null) {
                    entry.fields().forEach((name, value) -> write(json, name, value));
                }
            }
            if (message.getThrown() != null) {
                StringWriter trace = new StringWriter();
                message.getThrown().printStackTrace(new PrintWriter(trace));
                json.write("stack", trace.toString());
            }
            json.writeEnd();
        }
        // JSON does not require that all terminal control characters are escaped.
        return Printable.line(line.toString());
    }

    private static void writeOutput(JsonGenerator json, Map<String, Object> fields) {
        String printed = (String) fields.get("line");
        JsonObject object = parse(printed);
        if (object == null) {
            json.write("message", printed);
        } else {
            for (String name : MESSAGE_NAMES) {
                if (object.get(name) instanceof JsonString text) {
                    json.write("message", text.getString());
                    break;
                }
            }
        }
        fields.forEach((name, value) -> {
            if (!name.equals("line")) {
                write(json, name, value);
            }
        });
        if (object != null) {
            json.write("app", object);
        }
    }

    /** Returns null when the line is not a JSON object. */
    private static JsonObject parse(String printed) {
        if (!printed.startsWith("{") || !printed.endsWith("}")) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(new StringReader(printed))) {
            parser.next();
            JsonObject object = parser.getObject();
            // This throws when something follows the object.
            return parser.hasNext() ? null : object;
        } catch (RuntimeException e) {
            // The line is not JSON. The parser rejects deep nesting with a bare RuntimeException.
            return null;
        }
    }

    private static void write(JsonGenerator json, String name, Object value) {
        if (value instanceof Integer || value instanceof Long) {
            json.write(name, ((Number) value).longValue());
        } else if (value instanceof Enum<?> constant) {
            json.write(name, constant.name().toLowerCase(Locale.ROOT));
        } else {
            json.write(name, String.valueOf(value));
        }
    }

    private static String levelOf(LogRecord message) {
        int level = message.getLevel().intValue();
        return level >= 1000 ? "error" : level >= 900 ? "warn" : level >= 800 ? "info" : "debug";
    }
}
