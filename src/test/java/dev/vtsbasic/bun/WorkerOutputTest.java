package dev.vtsbasic.bun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkerOutputTest {
    private final WorkerOutput output = new WorkerOutput();

    @Test
    void eachLineIsPassedOnAlsoTheLastWithoutALineEnd() {
        assertEquals(List.of("one", "", "two", "three"), linesOf("one\n\ntwo\r\nthree"));
        assertEquals(List.of("one"), linesOf("one\n"));
        assertEquals(List.of(), linesOf(""));
    }

    @Test
    void aLineMayComeInPiecesThatCutACharacter() {
        byte[] bytes = "grüße, 世界\nnext\n".getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            InputStream pieces = new SequenceInputStream(
                    new ByteArrayInputStream(bytes, 0, cut), new ByteArrayInputStream(bytes, cut, bytes.length - cut));
            assertEquals(List.of("grüße, 世界", "next"), linesOf(pieces));
        }
    }

    @Test
    void anOverlongLineIsPassedOnInPieces() {
        String piece = "x".repeat(16 * 1024);
        assertEquals(List.of(piece, piece, "y", "z"), linesOf(piece + piece + "y\nz"));
        assertEquals(List.of(piece, "z"), linesOf(piece + "\nz"));
    }

    @Test
    void onlyTheLastTwentyLinesAreRemembered() {
        linesOf(String.join("\n", numbers(1, 50)));
        assertEquals(numbers(31, 50), output.lastLines());
    }

    @Test
    void whatIsNotTheAppsIsNotRemembered() {
        output.readFrom(new ByteArrayInputStream("app\ncontrol\n".getBytes(UTF_8)), line -> line.equals("app"));
        assertEquals(List.of("app"), output.lastLines());
    }

    @Test
    void aPipeThatBreaksEndsTheReadingWithWhatCame() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Stream closed");
            }
        };
        assertEquals(
                List.of("one", "two"),
                linesOf(new SequenceInputStream(new ByteArrayInputStream("one\ntwo".getBytes(UTF_8)), broken)));
    }

    private List<String> linesOf(String text) {
        return linesOf(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    private List<String> linesOf(InputStream stream) {
        List<String> lines = new ArrayList<>();
        output.readFrom(stream, lines::add);
        return lines;
    }

    private static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
    }
}
