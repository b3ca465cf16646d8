package dev.vtsbasic.asset;

import java.nio.file.Path;

/**
 * An asset in one content coding, or as it is.
 *
 * @param coding null when it is as it is
 * @param length in bytes
 * @param entityTag value of ETag, a strong validator: it changes with every byte and differs between codings
 * @param body the content when it is kept in memory, else null
 * @param file where the content lies
 */
record Representation(Coding coding, long length, String entityTag, byte[] body, Path file) {
    /** Whether its file is there as it was: one that is kept in memory may have been temporary, or taken away since. */
    boolean isOnDisk() {
        return file.toFile().length() == length;
    }

    /** Whether it can be sent: who replaces a directory takes its files away before the next build is in service. */
    boolean isThere() {
        return body != null || isOnDisk();
    }

    /** Token of the coding in Accept-Encoding. */
    String token() {
        return coding == null ? "identity" : coding.token();
    }
}
