package dev.vtsbasic.bun;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** Reads what a worker prints, line by line, and remembers the last lines for the message that explains its death. */
final class WorkerOutput {
    private static final int REMEMBERED_LINES = 20;
    private static final int LONGEST_LINE = 16 * 1024;

    private final Deque<String> lastLines = new ArrayDeque<>();

    /**
     * Returns at the end of the stream; a longer line than 16 KiB is passed on in pieces.
     *
     * @param line takes each line; false when it is not the app's and need not be remembered
     */
    void readFrom(InputStream stream, Predicate<String> line) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    if (buffer[i] == '\n' || bytes.size() == LONGEST_LINE) {
                        emit(bytes, line);
                    }
                    if (buffer[i] != '\n') {
                        bytes.write(buffer[i]);
                    }
                }
            }
        } catch (IOException e) {
            // The process is gone, or its end of the pipe was closed by stopping it.
        }
        if (bytes.size() > 0) {
            emit(bytes, line);
        }
    }

    /** The last lines it printed, oldest first. */
    synchronized List<String> lastLines() {
        return List.copyOf(lastLines);
    }

    private void emit(ByteArrayOutputStream bytes, Predicate<String> consumer) {
        String line = bytes.toString(StandardCharsets.UTF_8).stripTrailing();
        bytes.reset();
        if (!consumer.test(line)) {
            return;
        }
        synchronized (this) {
            if (lastLines.size() == REMEMBERED_LINES) {
                lastLines.removeFirst();
            }
            lastLines.add(line);
        }
    }
}
