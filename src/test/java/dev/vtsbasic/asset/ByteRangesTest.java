package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bytes=0-0                                | 0-0
            bytes=2-                                 | 2-9
            bytes=2-99                               | 2-9
            bytes=-3                                 | 7-9
            bytes=-99                                | 0-9
            BYTES=2-5                                | 2-5
            bytes=002-005                            | 2-5
            bytes=9-99999999999999999999999999999999 | 9-9
            bytes=-99999999999999999999999999999999  | 0-9
            bytes=0-1,8-9                            | 0-1 8-9
            bytes= 8-9 ,, 0-1,                       | 8-9 0-1
            bytes=0-1,20-,-1                         | 0-1 9-9
            bytes=0-4,5-9                            | 0-4 5-9
            """)
    void rangesAreParsedAndCutToTheLength(String field, String ranges) {
        assertEquals(ranges, told(ByteRanges.parse(field, 10)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=-0", "bytes=10-20,30-", "bytes=99999999999999999999-"})
    void aFieldWithoutASatisfiableRangeHasNone(String field) {
        assertEquals("", told(ByteRanges.parse(field, 10)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=1",
                "bytes=a-b",
                "bytes=5-2",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=+1-2",
                "bytes=1 -2",
                "bytes=0-1,x",
                "bytes=0-1,5-2",
                "bytes =0-1",
                "bytes=\u0661-\u0662",
                "lines=0-1",
                "bytes=0-,0-0",
                "bytes=0-5,4-9"
            })
    void aFieldThatIsMalformedOrRequestsMoreThanTheWholeIsIgnored(String field) {
        assertEquals("ignored", told(ByteRanges.parse(field, 10)));
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-, ''", "bytes=0-0, ''", "bytes=-0, ''", "bytes=-1, ignored", "'bytes=0-,-1', ignored"})
    void anEmptyRepresentationHasNoSatisfiableRange(String field, String ranges) {
        assertEquals(ranges, told(ByteRanges.parse(field, 0)));
    }

    private static String told(ByteRanges ranges) {
        return ranges == null
                ? "ignored"
                : ranges.ranges().stream()
                        .map(range -> range.first() + "-" + range.last())
                        .collect(Collectors.joining(" "));
    }
}
