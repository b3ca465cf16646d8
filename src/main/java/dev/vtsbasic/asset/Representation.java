package dev.vtsbasic.asset;

import java.nio.file.Path;

/**
 * An asset in one content coding, or uncompressed.
 *
 * @param coding null if uncompressed
 * @param length in bytes
 * @param entityTag value of ETag, a strong validator: it changes with every byte and differs between codings
 * @param body the content; null if it is not kept in memory
 * @param file the file that the content was read from; null for content in memory whose file was temporary
 */
record Representation(Coding coding, long length, String entityTag, byte[] body, Path file) {
    /**
     * Whether the file is there as it was read. The file of content in memory may have been temporary, or an operator may
     * have removed it since.
     */
    boolean isOnDisk() {
        return file != null && file.toFile().length() == length;
    }

    /**
     * Whether the content can be sent. It may be missing, because an operator who replaces a build's directory removes
     * its files before the next build is in service.
     */
    boolean isAvailable() {
        return body != null || isOnDisk();
    }

    /** The token of the coding in Accept-Encoding. */
    String token() {
        return coding == null ? "identity" : coding.token();
    }
}
