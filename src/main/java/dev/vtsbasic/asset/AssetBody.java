package dev.vtsbasic.asset;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** Writes the bytes of a {@link Representation}, from memory or from its file. */
final class AssetBody {
    private static final int BUFFER = 64 * 1024;

    private AssetBody() {}

    /** @throws IOException if the file is missing or has become shorter; the container then aborts the response */
    static void write(Representation representation, ByteRanges.ByteRange part, OutputStream out) throws IOException {
        if (representation.body() != null) {
            out.write(representation.body(), (int) part.first(), (int) part.length());
            return;
        }
        try (FileChannel file = FileChannel.open(representation.file(), StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, part.length()));
            for (long at = part.first(); at <= part.last(); ) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), part.last() + 1 - at));
                int count = file.read(buffer, at);
                if (count < 0) {
                    throw new IOException(representation.file() + " has become shorter");
                }
                out.write(buffer.array(), 0, count);
                at += count;
            }
        }
    }
}
