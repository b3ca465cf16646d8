package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.page.Page;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.UpstreamError;
import org.apache.hc.core5.http.HttpException;

/**
 * The reason why an exchange got no response from a worker. Maps each failure to an error page, a metric and a line of
 * the log.
 */
enum UpstreamFailure {
    BODY_TOO_LARGE(Page.BODY_TOO_LARGE),

    /** The worker's 101 could not be carried out; the tunnel has logged why. */
    SWITCH_FAILED(Page.BAD_GATEWAY),

    /** A worker would send the same head again, so the request is not retried. */
    HEAD_TOO_LARGE(
            Page.BAD_GATEWAY.withSentence("The head of the application's response is too large."),
            UpstreamError.NOT_HTTP),

    TIMED_OUT(Page.GATEWAY_TIMEOUT, UpstreamError.SILENT),

    /** A WebSocket handshake held one of the container's threads for too long. */
    NO_THREAD(Page.BUSY) {
        @Override
        void addTo(RequestRecord record) {
            record.markShed(ShedReason.THREADS);
        }
    },

    /** Bun closes the connection without a response when it does not know the method. */
    UNKNOWN_METHOD(Page.NOT_IMPLEMENTED),

    NOT_HTTP(Page.BAD_GATEWAY, UpstreamError.NOT_HTTP),

    BROKE_OFF(Page.BAD_GATEWAY, UpstreamError.BROKE_OFF);

    private final Page page;
    private final UpstreamError error;

    UpstreamFailure(Page page) {
        this(page, null);
    }

    UpstreamFailure(Page page, UpstreamError error) {
        this.page = page;
        this.error = error;
    }

    /** The failure that an exception of the connection to a worker means. */
    static UpstreamFailure of(Exception failure) {
        return failure instanceof HttpException ? NOT_HTTP : BROKE_OFF;
    }

    /** The error page that the client gets. */
    Page page() {
        return page;
    }

    /** Whether the worker is at fault, so that the failure is logged. */
    boolean isLogged() {
        return error != null;
    }

    /** Notes the failure for the metrics and the access log. */
    void addTo(RequestRecord record) {
        if (error != null) {
            record.setUpstreamError(error);
        }
    }
}
