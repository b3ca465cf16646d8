package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The bodies that are kept in memory, up to a limit that all builds share. Safe for any number of threads. */
final class AssetMemory {
    /** Longer ones are read from disk each time, where the system caches them. */
    private static final long LONGEST = 1 << 20;

    private final AtomicLong left;

    /** @param limit in bytes */
    AssetMemory(long limit) {
        left = new AtomicLong(limit);
    }

    /** The file's content; null when it is too long, or no room is left. */
    byte[] read(Path file, long length) throws IOException {
        if (length > LONGEST || left.addAndGet(-length) < 0) {
            if (length <= LONGEST) {
                left.addAndGet(length);
            }
            return null;
        }
        byte[] body = Files.readAllBytes(file);
        if (body.length != length) {
            left.addAndGet(length);
            throw new IOException(file + " changed while it was read");
        }
        return body;
    }

    /** Gives back what these had. */
    void release(Representation... representations) {
        for (Representation representation : representations) {
            if (representation.body() != null) {
                left.addAndGet(representation.length());
            }
        }
    }
}
