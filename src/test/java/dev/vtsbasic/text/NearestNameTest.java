package dev.vtsbasic.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "abc, abc, 0",
        "abc, '', 3",
        "'', abc, 3",
        "kitten, sitting, 3",
        "port, prot, 2",
        "ab, abc, 1"
    })
    void theDistanceIsTheNumberOfEdits(String a, String b, int edits) {
        assertEquals(edits, NearestName.distance(a, b));
        assertEquals(edits, NearestName.distance(b, a));
    }

    @Test
    void theClosestComesFirstAndEquallyCloseOnesByName() {
        assertEquals(
                List.of("main", "maid", "mail", "mean"),
                NearestName.of("main", List.of("mean", "mail", "other", "maid", "main"), 9));
    }

    @Test
    void noMoreAreGivenThanAskedFor() {
        assertEquals(List.of("maid", "mail"), NearestName.of("main", List.of("mean", "mail", "maid"), 2));
    }

    @Test
    void aNameWithFewerThanHalfOfItsLettersInCommonIsNotSuggested() {
        assertEquals(List.of("abxx"), NearestName.of("abcd", List.of("abxx", "axxx"), 9));
    }

    @Test
    void aLongerCopyOfTheNameIsStillFound() {
        assertEquals(List.of("vts.port-number"), NearestName.of("vts.port-numbers", List.of("vts.port-number"), 1));
    }
}
