package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The facts about one request. The parts of the program that serve the request fill them in, on any thread, until it
 * ends.
 *
 * <p>The record is an attribute of the request. To fill in a fact costs one assignment; the totals and the access log
 * read the record when the request ends.
 */
public final class RequestRecord {
    private static final String ATTRIBUTE = RequestRecord.class.getName();

    /** The totals of the records that no {@link TrafficFilter} has begun; no code reads them. */
    private static final Traffic DISCARDED = new Traffic(record -> {});

    private final Traffic traffic;
    private final List<IpNetwork> trustedProxies;
    private final Method method;
    private final long begun = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private RequestLine line;
    private Caller caller;
    private volatile RequestKind kind = RequestKind.PROXIED;
    private volatile boolean endsLater;
    private int status;
    private String worker = "";
    private ContentCoding coding = ContentCoding.IDENTITY;
    private long heldNanos;
    private boolean held;
    private int retries;
    private ShedReason shed;
    private UpstreamError upstreamError;
    private AssetOutcome asset;
    private boolean cached;
    private boolean clientDisconnected;
    private volatile boolean ofApp;
    private long firstByte;
    private long end;
    // Only one thread writes each of these, but it need not be the thread that ends the request.
    private volatile long received;
    private volatile long sent;

    private RequestRecord(Traffic traffic, Method method, List<IpNetwork> trustedProxies) {
        this.traffic = traffic;
        this.trustedProxies = trustedProxies;
        this.method = method;
    }

    static RequestRecord begin(Traffic traffic, HttpServletRequest request, List<IpNetwork> trustedProxies) {
        RequestRecord record = new RequestRecord(traffic, Method.of(request.getMethod()), trustedProxies);
        request.setAttribute(ATTRIBUTE, record);
        traffic.begun(record);
        return record;
    }

    /** A record that neither the totals nor the access log read. */
    public static RequestRecord unread() {
        return new RequestRecord(DISCARDED, Method.OTHER, List.of());
    }

    /** The record of a request. If no {@link TrafficFilter} has begun one, the request gets an {@link #unread} one. */
    public static RequestRecord of(HttpServletRequest request) {
        RequestRecord record = (RequestRecord) request.getAttribute(ATTRIBUTE);
        if (record == null) {
            record = unread();
            request.setAttribute(ATTRIBUTE, record);
        }
        return record;
    }

    /** Keeps the values that the access log needs. */
    void keepLine(HttpServletRequest request) {
        line = RequestLine.of(request);
        caller(request);
    }

    /**
     * The client and the identifiers of the request. The first call must be on the container's thread, before the
     * request becomes asynchronous.
     */
    public Caller caller(HttpServletRequest request) {
        if (caller == null) {
            caller = Caller.of(request, trustedProxies);
        }
        return caller;
    }

    public void setKind(RequestKind kind) {
        this.kind = kind;
    }

    /** The status of the response that the client gets. */
    public void setStatus(int status) {
        this.status = status;
    }

    /** @param worker the name of the worker that responds, or of the last one that was asked */
    public void setWorker(String worker) {
        this.worker = worker;
    }

    public void setCoding(ContentCoding coding) {
        this.coding = coding;
    }

    /** Whether the browser used TLS; false as long as {@link #caller(HttpServletRequest)} has not been called. */
    public boolean isHttps() {
        return caller != null && caller.origin().isHttps();
    }

    /** The request is for a static file. */
    public void setAsset(AssetOutcome outcome) {
        kind = RequestKind.ASSET;
        asset = outcome;
    }

    /** The request had to wait for a worker or for a permit. The times of several calls add up. */
    public void addWait(long nanos) {
        held = true;
        heldNanos += nanos;
    }

    /** The request is sent to a worker once more. */
    public void countRetry() {
        retries++;
        resetResponse();
    }

    /** Forgets what was noted about a response that the client does not get. */
    public void resetResponse() {
        firstByte = 0;
        sent = 0;
        coding = ContentCoding.IDENTITY;
        ofApp = false;
    }

    /** The status of the response is the app's and not this program's. */
    public void markResponseOfApp() {
        ofApp = true;
    }

    /** Whether the app has chosen the status of the response as it is now; any thread may ask. */
    public static boolean isResponseOfApp(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof RequestRecord record && record.ofApp;
    }

    public void markShed(ShedReason reason) {
        shed = reason;
    }

    /**
     * As {@link #markShed(ShedReason)}, for a request whose kind is not known yet. A WebSocket handshake becomes a
     * {@link RequestKind#TUNNEL}.
     */
    public void markShed(ShedReason reason, HttpServletRequest request) {
        markShed(reason);
        if (FieldLines.of(request, "Upgrade").elements().stream().anyMatch("websocket"::equalsIgnoreCase)) {
            setKind(RequestKind.TUNNEL);
        }
    }

    public void setUpstreamError(UpstreamError error) {
        upstreamError = error;
    }

    /**
     * The response comes from the shared cache. If the request was shed before it reached the app, that no longer
     * counts.
     */
    public void markCached() {
        cached = true;
        shed = null;
    }

    /** The client disconnected before it had the whole response. */
    public void markClientDisconnected() {
        clientDisconnected = true;
    }

    /** More bytes of the request's body have arrived. */
    public void addReceived(long bytes) {
        received += bytes;
    }

    /** More bytes of the response's body have been given to the container. */
    public void addSent(long bytes) {
        sent += bytes;
    }

    /** The response begins; only the first call counts. */
    public void markFirstByte() {
        if (firstByte == 0) {
            firstByte = System.nanoTime();
        }
    }

    /** The request continues after the filters have returned; the caller must then call {@link #end()} later. */
    public void deferEnd() {
        endsLater = true;
    }

    boolean isToEndLater() {
        return endsLater;
    }

    /** Ends the request; a second call does nothing. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            end = System.nanoTime();
            traffic.ended(this);
        }
    }

    /**
     * Ends the request, with the status of the response unless one has been noted; a second call does nothing. If the
     * response was not begun, the status is 0 when the client has disconnected, or 500 when the request failed.
     *
     * @param failed whether the container gets an exception
     */
    public void end(HttpServletResponse response, boolean failed) {
        if (status == 0) {
            if (response.isCommitted() || !failed && !clientDisconnected) {
                status = response.getStatus();
            } else {
                status = clientDisconnected ? 0 : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
            }
        }
        end();
    }

    /** Null unless there is an access log. */
    RequestLine line() {
        return line;
    }

    /** Null until {@link #caller(HttpServletRequest)} has been called. */
    Caller caller() {
        return caller;
    }

    Method method() {
        return method;
    }

    RequestKind kind() {
        return kind;
    }

    /** 0 when there was no response. */
    int status() {
        return status;
    }

    /** Empty when no worker was asked. */
    String worker() {
        return worker;
    }

    ContentCoding coding() {
        return coding;
    }

    boolean wasHeld() {
        return held;
    }

    long heldNanos() {
        return heldNanos;
    }

    int retries() {
        return retries;
    }

    /** Null when the request was not shed. */
    ShedReason shed() {
        return shed;
    }

    /** Null when the upstream did not fail. */
    UpstreamError upstreamError() {
        return upstreamError;
    }

    /** Null when the request is not for a static file. */
    AssetOutcome asset() {
        return asset;
    }

    boolean isCached() {
        return cached;
    }

    boolean hasClientDisconnected() {
        return clientDisconnected;
    }

    long bytesReceived() {
        return received;
    }

    long bytesSent() {
        return sent;
    }

    long firstByteNanos() {
        return (firstByte == 0 ? end : firstByte) - begun;
    }

    long totalNanos() {
        return end - begun;
    }
}
