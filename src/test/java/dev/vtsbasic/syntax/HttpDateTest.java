package dev.vtsbasic.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {
    private static final Instant AT = Instant.parse("1994-11-06T08:49:37Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                " Sun, 06 Nov 1994 08:49:37 GMT "
            })
    void allThreeFormatsAreRead(String text) {
        assertEquals(AT, HttpDate.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "784111777",
                "1994-11-06T08:49:37Z",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 CET",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "Sun, 06 Nov 1994 25:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 GMT; length=10",
                "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
                "Sun, 40 Nov 1994 08:49:37 GMT",
                "Sun Nov 06 08:49:37 1994 GMT"
            })
    void anythingElseIsNoDate(String text) {
        assertNull(HttpDate.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SUN, 06 nov 1994 08:49:37 gmt",
                "sunday, 06-NOV-94 08:49:37 Gmt",
                "sun NOV  6 08:49:37 1994",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Monday, 06-Nov-94 08:49:37 GMT",
                "Mon Nov  6 08:49:37 1994"
            })
    void aCacheTakesAnyCaseAndAnyDayOfTheWeek(String text) {
        assertNull(HttpDate.parse(text));
        assertEquals(AT, HttpDate.parseForCache(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "Xyz, 06 Nov 1994 08:49:37 GMT",
                "06 Nov 1994 08:49:37 GMT",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 94 08:49:37 GMT",
                "Sun, 06-Nov-1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 8:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 31 Feb 1994 08:49:37 AEST"
            })
    void theCacheRejectsAMalformedDate(String text) {
        assertNull(HttpDate.parseForCache(text));
    }

    @Test
    void aDateIsFormattedAsImfFixdate() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.of(AT));
    }

    @Test
    void twoDigitsOfAYearLieNoMoreThanFiftyYearsAhead() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC).withDayOfMonth(1);
        for (int years : new int[] {-49, 0, 49}) {
            LocalDate date = today.plusYears(years);
            String text = DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy", Locale.ENGLISH)
                            .format(date) + " 00:00:00 GMT";
            assertEquals(date.atStartOfDay().toInstant(ZoneOffset.UTC), HttpDate.parse(text), text);
        }
    }
}
