package dev.vtsbasic.asset;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The entry of a client file in an index.
 *
 * @param path relative to the client directory, without a leading slash
 * @param file the uncompressed content
 * @param mediaType value of Content-Type
 * @param compressible whether a coding usually makes such a file smaller
 * @param codings the codings in which this file is smaller; modifiable
 */
record IndexedAsset(String path, Content file, String mediaType, boolean compressible, Map<Coding, Content> codings) {
    /** Minimum size of a file that is compressed, in bytes. Shorter files fit into one packet anyway. */
    private static final long MIN_COMPRESSIBLE_BYTES = 512;

    /**
     * Size and digest of a file.
     *
     * @param size in bytes
     * @param sha256 in hexadecimal
     */
    record Content(long size, String sha256) {
        static Content of(Path file) throws IOException {
            MessageDigest digest = digest();
            long size;
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                size = in.transferTo(OutputStream.nullOutputStream());
            }
            return new Content(size, HexFormat.of().formatHex(digest.digest()));
        }

        static MessageDigest digest() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The value of ETag: 16 digits of the digest, which are enough to distinguish the versions of one file. */
        String entityTag() {
            return '"' + sha256.substring(0, 16) + '"';
        }
    }

    /** Reads a file. The result has no codings. */
    static IndexedAsset of(Path client, Path file) throws IOException {
        String path = client.relativize(file).toString().replace(File.separatorChar, '/');
        try {
            client.resolve(path);
        } catch (InvalidPathException e) {
            throw new IOException("The name of " + file + " is not one in this locale: start with LC_ALL=C.UTF-8", e);
        }
        Content content = Content.of(file);
        MediaTypes.MediaType type = MediaTypes.of(path);
        return new IndexedAsset(
                path,
                content,
                type.contentType(),
                type.compressible() && content.size() >= MIN_COMPRESSIBLE_BYTES,
                new EnumMap<>(Coding.class));
    }
}
