package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes files in other content codings. */
@FunctionalInterface
public interface Compressor {
    /**
     * A file and where its codings belong.
     *
     * @param source what to read
     * @param target what to write, with {@code .br}, {@code .zst} and {@code .gz} behind it
     */
    record Job(Path source, Path target) {}

    /**
     * Makes all codings of all files, as small as they get; returns when they are on disk. A file whose codings are not
     * smaller than itself may have none.
     *
     * @throws IOException when it cannot, or takes too long
     */
    void compress(List<Job> jobs) throws IOException, InterruptedException;
}
