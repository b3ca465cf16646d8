package dev.vtsbasic.asset;

/** The content codings (RFC 9110 §8.4.1) in which an asset may be kept, besides its uncompressed form. */
enum Coding {
    BROTLI("br", ".br"),
    ZSTD("zstd", ".zst"),
    GZIP("gzip", ".gz");

    private final String token;
    private final String suffix;

    Coding(String token, String suffix) {
        this.token = token;
        this.suffix = suffix;
    }

    /** The name of this coding in Content-Encoding and Accept-Encoding. */
    String token() {
        return token;
    }

    /** The suffix of a file in this coding, with the dot. */
    String suffix() {
        return suffix;
    }
}
