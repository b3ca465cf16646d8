package dev.vtsbasic.asset;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * Tomcat's sendfile, known by its request attributes alone: the kernel sends the file after the servlet has returned.
 *
 * <p>Source: Apache Tomcat, HTTP connector, "sendfile". Tomcat does not offer it over TLS, nor where it compresses.
 */
final class Sendfile {
    private static final String SUPPORTED = "org.apache.tomcat.sendfile.support";
    private static final String FILE_NAME = "org.apache.tomcat.sendfile.filename";
    private static final String START = "org.apache.tomcat.sendfile.start";
    private static final String END = "org.apache.tomcat.sendfile.end";

    /** Shorter bodies cost less when they are written from memory; this was measured. */
    static final long SHORTEST = 48 * 1024;

    private Sendfile() {}

    /** @return false when it is not to be had, and the caller has to write the bytes */
    static boolean hand(HttpServletRequest request, Representation representation, ByteRanges.ByteRange part) {
        if (part.length() < SHORTEST
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
