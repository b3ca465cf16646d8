package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Limits the memory of the bodies that all builds together keep. Safe for any number of threads. */
final class AssetMemory {
    /**
     * 1 MiB, in bytes. Longer bodies are read from disk for each response, because the operating system caches them.
     */
    private static final long MAX_BODY_BYTES = 1 << 20;

    private final AtomicLong left;

    /** @param limit maximum length of all bodies together, in bytes; with 0, only empty bodies are kept */
    AssetMemory(long limit) {
        left = new AtomicLong(limit);
    }

    /**
     * Reads a file and counts its length against the limit.
     *
     * @param length expected size of the file, in bytes
     * @return null if the file is above 1 MiB, or the limit would be exceeded
     * @throws IOException if the file cannot be read, or its size is not {@code length}
     */
    byte[] read(Path file, long length) throws IOException {
        if (length > MAX_BODY_BYTES || left.addAndGet(-length) < 0) {
            if (length <= MAX_BODY_BYTES) {
                left.addAndGet(length);
            }
            return null;
        }
        boolean isRead = false;
        try {
            byte[] body = Files.readAllBytes(file);
            if (body.length != length) {
                throw new IOException(file + " changed while it was read");
            }
            isRead = true;
            return body;
        } finally {
            if (!isRead) {
                left.addAndGet(length);
            }
        }
    }

    /** Stops counting the bodies of these representations against the limit. */
    void release(Representation... representations) {
        for (Representation representation : representations) {
            if (representation.body() != null) {
                left.addAndGet(representation.length());
            }
        }
    }
}
