package dev.vtsbasic.syntax;

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
import java.util.stream.Stream;

/** Reads dates in the three formats that RFC 9110 §5.6.7 requires a recipient to accept, and writes IMF-fixdate. */
public final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE =
            format(new DateTimeFormatterBuilder(), "EEE, dd MMM yyyy HH:mm:ss 'GMT'");

    private static final List<DateTimeFormatter> FORMATS =
            List.of(IMF_FIXDATE, rfc850(new DateTimeFormatterBuilder()), asctime(new DateTimeFormatterBuilder()));

    private static final List<DateTimeFormatter> FORMATS_FOR_CACHES = Stream.of(
                    format(inAnyCase(), "EEE, dd MMM yyyy HH:mm:ss 'GMT'"), rfc850(inAnyCase()), asctime(inAnyCase()))
            .map(HttpDate::ignoringTheDayOfTheWeek)
            .toList();

    private HttpDate() {}

    /** Parses a date; null if the text is not a valid date, in which case its field is to be ignored. */
    public static Instant parse(String text) {
        return parse(text, FORMATS);
    }

    /**
     * Parses a date for a cache, which must ignore case (RFC 9111 §4.2); null if the text is not a valid date. A wrong
     * day of the week is ignored too, because the rest determines the date.
     */
    public static Instant parseForCache(String text) {
        return parse(text, FORMATS_FOR_CACHES);
    }

    private static Instant parse(String text, List<DateTimeFormatter> formats) {
        for (DateTimeFormatter format : formats) {
            try {
                return LocalDateTime.parse(text.strip(), format).toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                // Try the next format.
            }
        }
        return null;
    }

    /** Writes a date as IMF-fixdate. Drops fractions of a second. */
    public static String of(Instant at) {
        return IMF_FIXDATE.format(at.atOffset(ZoneOffset.UTC));
    }

    private static DateTimeFormatterBuilder inAnyCase() {
        return new DateTimeFormatterBuilder().parseCaseInsensitive();
    }

    private static DateTimeFormatter ignoringTheDayOfTheWeek(DateTimeFormatter format) {
        return format.withResolverFields(
                ChronoField.YEAR,
                ChronoField.YEAR_OF_ERA,
                ChronoField.MONTH_OF_YEAR,
                ChronoField.DAY_OF_MONTH,
                ChronoField.HOUR_OF_DAY,
                ChronoField.MINUTE_OF_HOUR,
                ChronoField.SECOND_OF_MINUTE);
    }

    /** A two-digit year more than 50 years in the future is read as the most recent past year with the same digits. */
    private static DateTimeFormatter rfc850(DateTimeFormatterBuilder builder) {
        builder.appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, Year.now(ZoneOffset.UTC).getValue() - 49);
        return format(builder, " HH:mm:ss 'GMT'");
    }

    private static DateTimeFormatter asctime(DateTimeFormatterBuilder builder) {
        return format(builder, "EEE MMM ppd HH:mm:ss yyyy");
    }

    private static DateTimeFormatter format(DateTimeFormatterBuilder builder, String pattern) {
        return builder.appendPattern(pattern).toFormatter(Locale.ENGLISH);
    }
}
