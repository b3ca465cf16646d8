package dev.vtsbasic.asset;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * Hands files to Tomcat's sendfile through request attributes. The kernel sends the file after the servlet has
 * returned.
 *
 * <p>Source: Apache Tomcat, HTTP connector, "sendfile". Tomcat does not offer it over TLS, nor if it compresses.
 */
final class Sendfile {
    private static final String SUPPORTED = "org.apache.tomcat.sendfile.support";
    private static final String FILE_NAME = "org.apache.tomcat.sendfile.filename";
    private static final String START = "org.apache.tomcat.sendfile.start";
    private static final String END = "org.apache.tomcat.sendfile.end";

    /** Minimum length for sendfile, in bytes. Measured: shorter bodies cost less if they are written from memory. */
    static final long MIN_BYTES = 48 * 1024;

    private Sendfile() {}

    /** @return false if sendfile is unavailable or the part is too short; the caller then writes the bytes */
    static boolean handOver(HttpServletRequest request, Representation representation, ByteRanges.ByteRange part) {
        if (part.length() < MIN_BYTES
                || request instanceof HttpServletRequestWrapper
                || !representation.isOnDisk()
                || !Boolean.TRUE.equals(request.getAttribute(SUPPORTED))) {
            return false;
        }
        request.setAttribute(FILE_NAME, representation.file().toString());
        request.setAttribute(START, part.first());
        request.setAttribute(END, part.last() + 1);
        return true;
    }
}
