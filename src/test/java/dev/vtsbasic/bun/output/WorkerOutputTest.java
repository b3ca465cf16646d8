package dev.vtsbasic.bun.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class WorkerOutputTest {
    private static final long ENOUGH = 60_000;

    private final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    private final List<String> streams = Collections.synchronizedList(new ArrayList<>());
    private final OutputLog.Sink sink = new OutputLog.Sink() {
        @Override
        public void onLine(Level level, String stream, String text) {
            logged.add(level + " " + text);
            streams.add(stream);
        }

        @Override
        public void onDropped(long lines) {
            logged.add("WARN " + lines + " lines suppressed");
        }
    };

    @Test
    void standardOutputIsLoggedAtInfoAndStandardErrorAtWarn() throws Exception {
        read(stream("one\ntwo\n"), stream(""));
        read(stream(""), stream("three\nfour"));
        assertEquals(List.of("INFO one", "INFO two", "WARN three", "WARN four"), logged);
        assertEquals(List.of("stdout", "stdout", "stderr", "stderr"), streams);
    }

    @Test
    void aLineThatNamesItsLevelIsLoggedAtThatLevel() throws Exception {
        read(stream("{\"level\":50,\"msg\":\"a\"}\n"), stream("{\"level\":\"debug\"}\n"));
        assertTrue(logged.contains("ERROR {\"level\":50,\"msg\":\"a\"}"), logged.toString());
        assertTrue(logged.contains("DEBUG {\"level\":\"debug\"}"), logged.toString());
    }

    @Test
    void theLastTwentyLinesAreKeptWithoutControlCharacters() throws Exception {
        WorkerOutput output = read(stream(String.join("\n", numbers(1, 50)) + "\u0007"), stream(""));
        List<String> expected = new ArrayList<>(numbers(31, 49));
        expected.add("50\\u0007");
        assertEquals(expected, output.lastLines());
    }

    @Test
    void controlLinesOnStandardOutputAreNeitherLoggedNorKept() throws Exception {
        WorkerOutput output = new WorkerOutput(
                "w", stream("app\ncontrol\n"), stream(""), control("control"::equals, () -> false), sink);
        output.awaitEnd(ENOUGH);
        assertEquals(List.of("app"), output.lastLines());
        assertEquals(List.of("INFO app"), logged);
        new WorkerOutput("w", stream(""), stream("control\n"), control("control"::equals, () -> false), sink)
                .awaitEnd(ENOUGH);
        assertEquals(List.of("INFO app", "WARN control"), logged);
    }

    @Test
    void aControlLineIsFoundAmongTooManyLines() throws Exception {
        AtomicBoolean found = new AtomicBoolean();
        String flood = "x\n".repeat(100_000);
        new WorkerOutput(
                        "w",
                        stream(flood + "control\n" + flood),
                        stream(""),
                        control(line -> line.equals("control") && found.compareAndSet(false, true), () -> !found.get()),
                        sink)
                .awaitEnd(ENOUGH);
        assertTrue(found.get());
    }

    @Test
    void aBrokenPipeEndsTheReadingAfterTheLinesThatCame() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Stream closed");
            }
        };
        read(new SequenceInputStream(stream("one\ntwo"), broken), broken);
        assertEquals(List.of("INFO one", "INFO two"), logged);
    }

    @Test
    void tooManyLinesAreReadToTheEndLoggedInPartAndCounted() throws Exception {
        int lines = 1_000_000;
        StringBuilder flood = new StringBuilder();
        for (int i = 1; i <= lines; i++) {
            flood.append("line ").append(i).append('\n');
        }
        long begun = System.nanoTime();
        WorkerOutput output = read(stream(flood.toString()), stream(""));
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertEquals("line " + lines, output.lastLines().get(19));
        assertEquals("line " + (lines - 19), output.lastLines().get(0));
        long told =
                logged.stream().filter(line -> line.startsWith("INFO line ")).count();
        long suppressed = logged.stream()
                .filter(line -> line.matches("WARN \\d+ lines suppressed.*"))
                .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
                .sum();
        assertEquals(lines, told + suppressed);
        assertTrue(
                told <= LogRateLimit.MAX_LINES + seconds * LogRateLimit.LINES_PER_SECOND, told + " lines were logged");
    }

    @Test
    void aBlockedLogDoesNotBlockReadingTheWorkersOutput() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        InputStream end = new InputStream() {
            @Override
            public int read() {
                read.countDown();
                return -1;
            }
        };
        WorkerOutput output = new WorkerOutput(
                "w",
                new SequenceInputStream(stream("x\n".repeat(1_000_000) + "last\n"), end),
                stream(""),
                control(line -> false, () -> false),
                new OutputLog.Sink() {
                    @Override
                    public void onLine(Level level, String stream, String text) {
                        stuck.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        logged.add(text);
                    }

                    @Override
                    public void onDropped(long lines) {
                        onLine(Level.WARN, "", lines + " lines suppressed");
                    }
                });
        stuck.await();
        assertTrue(read.await(ENOUGH, java.util.concurrent.TimeUnit.MILLISECONDS), "the worker would be held");
        go.countDown();
        output.awaitEnd(ENOUGH);
        assertEquals("last", output.lastLines().get(19));
        assertTrue(logged.stream().anyMatch(text -> text.contains("lines suppressed")));
    }

    private WorkerOutput read(InputStream out, InputStream err) throws InterruptedException {
        WorkerOutput output = new WorkerOutput("w", out, err, control(line -> false, () -> false), sink);
        output.awaitEnd(ENOUGH);
        return output;
    }

    private static ControlLineHandler control(Predicate<String> take, BooleanSupplier mayFollow) {
        return new ControlLineHandler() {
            @Override
            public boolean take(String line) {
                return take.test(line);
            }

            @Override
            public boolean mayFollow() {
                return mayFollow.getAsBoolean();
            }
        };
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
    }
}
