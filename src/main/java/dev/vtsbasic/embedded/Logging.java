package dev.vtsbasic.embedded;

import dev.vtsbasic.settings.LogFormat;
import dev.vtsbasic.settings.LogLevel;
import dev.vtsbasic.text.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes log lines to standard output: text with time, level and logger, or JSON. */
public final class Logging {
    private Logging() {}

    /** Replaces the handlers of the root logger. */
    public static void configure(LogLevel level, LogFormat format) {
        Level threshold = switch (level) {
            case ERROR -> Level.SEVERE;
            case WARN -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        };
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.setLevel(threshold);
        Handler handler = new StandardOutput(format == LogFormat.JSON ? new JsonLine() : new TextLine());
        handler.setLevel(threshold);
        root.addHandler(handler);
        // Tomcat logs its version and each step of its start; this program logs the important events itself.
        quiet("org.apache.catalina", threshold);
        quiet("org.apache.coyote", threshold);
        quiet("org.apache.tomcat", threshold);
        // When a response has to be cut, the servlet throws an exception whose cause has been logged already.
        Logger servlets = Logger.getLogger("org.apache.catalina.core.ContainerBase.[Tomcat].[localhost].[/]");
        servlets.setLevel(Level.OFF);
        REFERENCED.add(servlets);
    }

    private static void quiet(String name, Level threshold) {
        if (threshold.intValue() >= Level.INFO.intValue()) {
            Logger logger = Logger.getLogger(name);
            logger.setLevel(Level.WARNING);
            REFERENCED.add(logger);
        }
    }

    /** The JVM forgets the level of a logger that no code references. */
    private static final List<Logger> REFERENCED = new ArrayList<>();

    /** Prints lines, which are given without line ends, in one piece. Safe for any number of threads. */
    public static void print(List<String> lines) {
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }

    private static final class StandardOutput extends Handler {
        StandardOutput(Formatter line) {
            setFormatter(line);
        }

        @Override
        public void publish(LogRecord message) {
            if (isLoggable(message)) {
                print(List.of(getFormatter().format(message)));
            }
        }

        @Override
        public void flush() {
            // Each line is flushed when it is printed.
        }

        @Override
        public void close() {
            // Other code uses standard output, too.
        }
    }

    private static final class TextLine extends Formatter {
        @Override
        public String format(LogRecord message) {
            String name = message.getLoggerName();
            StringBuilder line = new StringBuilder()
                    .append(Instant.ofEpochMilli(message.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                    .append(' ')
                    .append(levelOf(message))
                    .append(' ')
                    .append(name == null ? "" : name.substring(name.lastIndexOf('.') + 1))
                    .append(": ")
                    .append(formatMessage(message));
            if (message.getThrown() != null) {
                StringWriter trace = new StringWriter();
                message.getThrown().printStackTrace(new PrintWriter(trace));
                line.append('\n').append(trace.toString().stripTrailing());
            }
            // Messages of other libraries and of exceptions may quote what a client or a worker sent.
            return Printable.lines(line.toString());
        }

        private static String levelOf(LogRecord message) {
            int level = message.getLevel().intValue();
            return level >= 1000 ? "ERROR" : level >= 900 ? "WARN " : level >= 800 ? "INFO " : "DEBUG";
        }
    }
}
