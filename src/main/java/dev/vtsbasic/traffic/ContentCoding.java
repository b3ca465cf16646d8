package dev.vtsbasic.traffic;

import java.util.Locale;

/** The content coding of a response. */
public enum ContentCoding {
    IDENTITY,
    GZIP,
    BR,
    ZSTD,
    OTHER;

    /** @param token the value of Content-Encoding, in any case (RFC 9110 §8.4.1); null or empty when there is none */
    public static ContentCoding of(String token) {
        if (token == null || token.isEmpty()) {
            return IDENTITY;
        }
        return switch (token.toLowerCase(Locale.ROOT)) {
            case "identity" -> IDENTITY;
            case "gzip" -> GZIP;
            case "br" -> BR;
            case "zstd" -> ZSTD;
            default -> OTHER;
        };
    }
}
