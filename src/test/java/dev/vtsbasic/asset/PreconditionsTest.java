package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the conditions alone; {@code AssetConformanceIT} checks whole responses of a server. */
class PreconditionsTest {
    private static final String TAG = "\"tag\"";
    private static final Modified MODIFIED = Modified.of(Instant.parse("2020-02-02T02:02:02Z"));
    private static final String DATE = "Sun, 02 Feb 2020 02:02:02 GMT";
    private static final String BEFORE = "Sun, 02 Feb 2020 02:02:01 GMT";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            If-None-Match: TAG                             | NOT_MODIFIED
            If-None-Match: W/TAG                           | NOT_MODIFIED
            If-None-Match: "a,b" ,W/"c", TAG               | NOT_MODIFIED
            If-None-Match: a "b", TAG                      | NOT_MODIFIED
            If-None-Match: "a"; If-None-Match: TAG         | NOT_MODIFIED
            If-None-Match: *                               | NOT_MODIFIED
            If-None-Match: "*"                             | PROCEED
            If-None-Match: a*                              | PROCEED
            If-None-Match: "a", *                          | PROCEED
            If-None-Match: *; If-None-Match: "a"           | PROCEED
            If-None-Match: w/TAG                           | PROCEED
            If-None-Match: "a TAG                          | PROCEED
            If-None-Match: W/                              | PROCEED
            If-None-Match: "a"; If-Modified-Since: DATE    | PROCEED
            If-Match: TAG                                  | PROCEED
            If-Match: *                                    | PROCEED
            If-Match: W/TAG                                | FAILED
            If-Match: w/TAG                                | FAILED
            If-Match: "a", *                               | FAILED
            If-Match: TAG; If-None-Match: TAG              | NOT_MODIFIED
            If-Match: "a"; If-None-Match: TAG              | FAILED
            If-Match: TAG; If-Unmodified-Since: BEFORE     | PROCEED
            If-Unmodified-Since: DATE                      | PROCEED
            If-Unmodified-Since: BEFORE                    | FAILED
            If-Unmodified-Since: BEFORE; If-Unmodified-Since: BEFORE | PROCEED
            If-Modified-Since: DATE                        | NOT_MODIFIED
            If-Modified-Since: BEFORE                      | PROCEED
            If-Modified-Since: DATE; If-Modified-Since: DATE | PROCEED
            If-Modified-Since: x                           | PROCEED
            """)
    void conditionsAreEvaluatedInTheOrderOfTheRfc(String fields, Preconditions.Outcome outcome) {
        assertEquals(outcome, Preconditions.evaluate(request(fields), TAG, MODIFIED));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            Range: x                        | true
            If-Range: TAG                   | true
            If-Range: W/TAG                 | false
            If-Range: "a", TAG              | false
            If-Range: *                     | false
            If-Range: DATE                  | true
            If-Range: BEFORE                | false
            If-Range: x                     | false
            If-Range: TAG; If-Range: TAG    | false
            """)
    void ifRangeAllowsARangeOnlyOfTheSameRepresentation(String fields, boolean holds) {
        assertEquals(holds, Preconditions.rangeHolds(request(fields), TAG, MODIFIED));
    }

    @Test
    void aDateIsNotAStrongValidatorWithinItsSecond() {
        Instant second = Instant.parse("2026-01-01T00:00:00Z");
        assertFalse(Modified.of(second).isStrong(second.plusMillis(999)));
        assertTrue(Modified.of(second).isStrong(second.plusMillis(1001)));
        // An hour ahead, so that a slow machine does not matter.
        Modified recent = Modified.of(Instant.now().plusSeconds(3600));
        assertFalse(Preconditions.rangeHolds(request("If-Range: " + recent.httpDate()), TAG, recent));
    }

    /** A request with only these header fields. */
    private static HttpServletRequest request(String fields) {
        List<String[]> all = Arrays.stream(fields.split("; "))
                .map(field -> field.replace("TAG", TAG).replace("DATE", DATE).replace("BEFORE", BEFORE))
                .map(field -> field.split(": ", 2))
                .toList();
        return (HttpServletRequest) Proxy.newProxyInstance(
                PreconditionsTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (self, method, arguments) -> values(all, (String) arguments[0]));
    }

    private static Enumeration<String> values(List<String[]> fields, String name) {
        return Collections.enumeration(fields.stream()
                .filter(field -> field[0].equals(name))
                .map(field -> field[1])
                .toList());
    }
}
