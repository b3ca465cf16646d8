package dev.vtsbasic.asset;

/** The content codings (RFC 9110 §8.4.1) that an asset may be kept in besides its own form. */
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

    /** As in Content-Encoding and Accept-Encoding. */
    String token() {
        return token;
    }

    /** What the name of a file in this coding ends with. */
    String suffix() {
        return suffix;
    }
}
