package dev.vtsbasic.traffic;

/** The content coding of a response. */
public enum ContentCoding {
    IDENTITY,
    GZIP,
    BR,
    ZSTD,
    OTHER;

    /** @param token the value of Content-Encoding; null or empty when there is none */
    public static ContentCoding of(String token) {
        if (token == null || token.isEmpty()) {
            return IDENTITY;
        }
        return switch (token) {
            case "identity" -> IDENTITY;
            case "gzip" -> GZIP;
            case "br" -> BR;
            case "zstd" -> ZSTD;
            default -> OTHER;
        };
    }
}
