package dev.vtsbasic.embedded;

import org.apache.coyote.Request;
import org.apache.coyote.http11.Constants;
import org.apache.coyote.http2.Http2Protocol;

/**
 * HTTP/2 by TLS or by prior knowledge. Not by an upgrade of a plain request, which is deprecated (RFC 9113 §3.1) and would
 * get requests past the rules of a proxy in front of us that sees only the first.
 */
final class Http2 extends Http2Protocol {
    /**
     * Tomcat ends a connection on which this adds up to more than 100; it counts a reset when it comes and again when the
     * stream is closed, and takes off 20 for each request. With its own 50 a page that takes back two requests would lose
     * all others; this allows for fifty more that are taken back than are answered.
     */
    private static final int WEIGHT_OF_RESET = 11;

    Http2() {
        // A stream keeps its thread until it ends, and event streams do not: with Tomcat's 20 the next one would wait.
        setMaxConcurrentStreamExecution((int) getMaxConcurrentStreams());
        setOverheadResetFactor(WEIGHT_OF_RESET);
        // An upload may well consist of small pieces, each of which is worth passing on.
        setOverheadDataThreshold(0);
        // As long as HTTP/1.1 waits for a client that neither sends nor takes anything.
        setStreamReadTimeout(Constants.DEFAULT_CONNECTION_TIMEOUT);
        setStreamWriteTimeout(Constants.DEFAULT_CONNECTION_TIMEOUT);
    }

    @Override
    public boolean accept(Request request) {
        return false;
    }
}
