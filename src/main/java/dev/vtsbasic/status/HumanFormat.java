package dev.vtsbasic.status;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats numbers, sizes and times for the status page. */
final class HumanFormat {
    static final String NONE = "–";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private HumanFormat() {}

    static String count(double count) {
        return String.format(Locale.ROOT, "%,.0f", count);
    }

    static String perSecond(double rate) {
        return Double.isNaN(rate) ? NONE : String.format(Locale.ROOT, rate < 10 ? "%.1f/s" : "%,.0f/s", rate);
    }

    /** @param seconds NaN when unknown */
    static String seconds(double seconds) {
        if (Double.isNaN(seconds)) {
            return NONE;
        }
        return seconds < 1
                ? String.format(Locale.ROOT, seconds < 0.01 ? "%.1f ms" : "%.0f ms", seconds * 1000)
                : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    static String bytes(double bytes) {
        if (Double.isNaN(bytes)) {
            return NONE;
        }
        return bytes < 1e6
                ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
    }

    /** Formats a time as an HTML {@code time} element, in UTC. */
    static String time(Instant time) {
        return "<time datetime=\"%s\">%s</time>".formatted(time, TIME.format(time));
    }

    /** Formats a duration in its two largest units; a negative one counts as zero. */
    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        return seconds < 86_400
                ? seconds / 3600 + " h " + seconds / 60 % 60 + " min"
                : seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
    }

    /** Writes a constant of an enum in lower case, with spaces. */
    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
