package dev.vtsbasic.asset;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Dates in the three formats that RFC 9110 §5.6.7 has a recipient take. */
final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE = format("EEE, dd MMM yyyy HH:mm:ss 'GMT'");

    private static final DateTimeFormatter ASCTIME = format("EEE MMM ppd HH:mm:ss yyyy");

    /** A year that seems to lie more than 50 years ahead is the last one with these digits. */
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, Year.now(ZoneOffset.UTC).getValue() - 49)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH);

    private static final List<DateTimeFormatter> ALL = List.of(IMF_FIXDATE, RFC_850, ASCTIME);

    private HttpDate() {}

    /** Null for what is no date: such a field is to be ignored. */
    static Instant parse(String text) {
        for (DateTimeFormatter format : ALL) {
            try {
                return LocalDateTime.parse(text.strip(), format).toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                // Perhaps one of the others.
            }
        }
        return null;
    }

    /** @param at to the second */
    static String of(Instant at) {
        return IMF_FIXDATE.format(at.atOffset(ZoneOffset.UTC));
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }
}
