package dev.vtsbasic.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ContentCodingTest {
    @Test
    void theCaseOfACodingDoesNotMatter() {
        assertEquals(ContentCoding.GZIP, ContentCoding.of("GZip"));
        assertEquals(ContentCoding.BR, ContentCoding.of("BR"));
        assertEquals(ContentCoding.OTHER, ContentCoding.of("deflate"));
    }
}
