package dev.vtsbasic.bun.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private static final String FULL = "x".repeat(16 * 1024);

    private final List<byte[]> lines = new ArrayList<>();
    private boolean wanted = true;
    private long skipped;

    private final LineSplitter splitter = new LineSplitter(new LineSplitter.LineSink() {
        @Override
        public boolean wantsAll() {
            return wanted;
        }

        @Override
        public void onLine(byte[] bytes, int length) {
            lines.add(Arrays.copyOf(bytes, length));
        }

        @Override
        public void onSkipped(long count) {
            skipped += count;
        }
    });

    @Test
    void eachLineIsPassedOnAndTheLastEvenWithoutALineEnd() {
        assertEquals(List.of("one", "", "two", "three"), linesOf("one\n\ntwo\r\nthree"));
        assertEquals(List.of("one"), linesOf("one\n"));
        assertEquals(List.of(), linesOf(""));
    }

    @Test
    void textWithoutALineEndIsPassedOnWithTheRestOfItsLine() {
        take("name? ".getBytes(UTF_8), 0, 6);
        assertEquals(List.of(), texts());
        take("x\n".getBytes(UTF_8), 0, 2);
        assertEquals(List.of("name? x"), texts());
    }

    @Test
    void aLineIsJoinedFromChunksThatCutACharacter() {
        byte[] bytes = "grüße, 世界 \uD83D\uDE00\r\nnext\n".getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            lines.clear();
            take(bytes, 0, cut);
            take(bytes, cut, bytes.length);
            splitter.end();
            assertEquals(List.of("grüße, 世界 \uD83D\uDE00", "next"), texts());
        }
    }

    @Test
    void aLineAboveTheMaximumIsPassedOnInPieces() {
        assertEquals(List.of(FULL, FULL, "y", "z"), linesOf(FULL + FULL + "y\nz"));
        assertEquals(List.of(FULL, "z"), linesOf(FULL + "\nz"));
        assertEquals(List.of(FULL, "z"), linesOf(FULL + "\r\nz"));
        assertEquals(List.of(FULL, "", "z"), linesOf(FULL + "\n\nz"));
        assertEquals(List.of(FULL), linesOf(FULL));
    }

    @Test
    void noPieceEndsWithinACharacter() {
        for (String character : List.of("ü", "世", "\uD83D\uDE00")) {
            for (int before = 1; before <= 4; before++) {
                String line = FULL.substring(before) + character + "yy";
                assertEquals(line, String.join("", linesOf(line + "\n")));
                assertTrue(lines.size() <= 2);
                assertTrue(lines.stream().allMatch(piece -> piece.length <= FULL.length()));
            }
        }
    }

    @Test
    void invalidUtf8IsCutAtTheMaximumToo() {
        byte[] bytes = new byte[3 * FULL.length()];
        Arrays.fill(bytes, (byte) 0x80);
        take(bytes, 0, bytes.length);
        splitter.end();
        assertEquals(
                List.of(16384, 16384, 16384),
                lines.stream().map(piece -> piece.length).toList());
    }

    @Test
    void unwantedLinesAreCountedExceptTheLastOnes() {
        take("begun".getBytes(UTF_8), 0, 5);
        wanted = false;
        String flood =
                IntStream.rangeClosed(1, 1000).mapToObj(Integer::toString).collect(Collectors.joining("\n"));
        take(flood.getBytes(UTF_8), 0, flood.length());
        assertEquals(1000 - 21, skipped);
        wanted = true;
        take("\nafter\n".getBytes(UTF_8), 0, 7);
        assertEquals(
                IntStream.rangeClosed(980, 1000).mapToObj(Integer::toString).toList(), texts().subList(0, 21));
        assertEquals("after", texts().get(21));
    }

    @Test
    void aChunkWithFewLinesIsNeverSkipped() {
        wanted = false;
        assertEquals(List.of("one", "two"), linesOf("one\ntwo\n"));
        assertEquals(0, skipped);
    }

    private List<String> linesOf(String text) {
        lines.clear();
        byte[] bytes = text.getBytes(UTF_8);
        take(bytes, 0, bytes.length);
        splitter.end();
        return texts();
    }

    private void take(byte[] bytes, int from, int to) {
        splitter.add(Arrays.copyOfRange(bytes, from, to), to - from);
    }

    private List<String> texts() {
        return lines.stream().map(line -> new String(line, UTF_8)).toList();
    }
}
