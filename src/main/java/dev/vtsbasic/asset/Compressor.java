package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Compresses files into every {@link Coding}. */
@FunctionalInterface
public interface Compressor {
    /**
     * A file to compress.
     *
     * @param source the file to read
     * @param target path of the results, to which {@code .br}, {@code .zst} and {@code .gz} are appended
     */
    record Job(Path source, Path target) {}

    /**
     * Compresses all files into all codings, each as small as possible, and returns when the results are on disk. A
     * coding that is not smaller than its source may be left out.
     *
     * @throws IOException if a file cannot be compressed, or the job takes too long
     */
    void compress(List<Job> jobs) throws IOException, InterruptedException;
}
