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

/** Dates in the three formats that RFC 9110 §5.6.7 has a recipient take. */
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

    /** Null for what is no date: such a field is to be ignored. */
    public static Instant parse(String text) {
        return parse(text, FORMATS);
    }

    /**
     * The same for a cache, which is to take capitals and small letters for the same (RFC 9111 §4.2). The day of the week says
     * nothing that the rest does not say, so a wrong one makes no other date of it.
     */
    public static Instant parseForCache(String text) {
        return parse(text, FORMATS_FOR_CACHES);
    }

    private static Instant parse(String text, List<DateTimeFormatter> formats) {
        for (DateTimeFormatter format : formats) {
            try {
                return LocalDateTime.parse(text.strip(), format).toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                // Perhaps one of the others.
            }
        }
        return null;
    }

    /** @param at to the second */
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

    /** A year that seems to lie more than 50 years ahead is the last one with these digits. */
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
