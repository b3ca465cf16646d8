package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What became of a request, filled in by those who know, in whichever thread works on it, until it ends.
 *
 * <p>It is kept as an attribute of the request. Filling in costs an assignment; totals and the access log get it when it
 * ends.
 */
public final class RequestRecord {
    private static final String ATTRIBUTE = RequestRecord.class.getName();

    /** For requests that no {@link TrafficFilter} has seen: nobody is told of their end. */
    private static final Traffic NOWHERE = new Traffic(record -> {});

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
    private boolean clientGone;
    private volatile boolean ofApp;
    private long firstByte;
    private long end;
    // Each has one writer, which need not be the thread that ends the request.
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

    /** One that nobody reads. */
    public static RequestRecord unread() {
        return new RequestRecord(NOWHERE, Method.OTHER, List.of());
    }

    /** The record of a request; one that nobody reads when none was begun. */
    public static RequestRecord of(HttpServletRequest request) {
        RequestRecord record = (RequestRecord) request.getAttribute(ATTRIBUTE);
        if (record == null) {
            record = unread();
            request.setAttribute(ATTRIBUTE, record);
        }
        return record;
    }

    /** Keeps what the access log tells. */
    void keepLine(HttpServletRequest request) {
        line = RequestLine.of(request);
        caller(request);
    }

    /** Who asks. At first only on the container's thread, and before the request is made asynchronous. */
    public Caller caller(HttpServletRequest request) {
        if (caller == null) {
            caller = Caller.of(request, trustedProxies);
        }
        return caller;
    }

    public void kind(RequestKind kind) {
        this.kind = kind;
    }

    /** The answer's status, as far as the client gets one. */
    public void status(int status) {
        this.status = status;
    }

    /** @param worker name of the one that answers, or was the last to be asked */
    public void worker(String worker) {
        this.worker = worker;
    }

    public void coding(ContentCoding coding) {
        this.coding = coding;
    }

    /** Whether the browser used TLS, as far as somebody has asked {@link #caller} who calls. */
    public boolean isHttps() {
        return caller != null && caller.origin().isHttps();
    }

    /** It is about a static file. */
    public void asset(AssetOutcome outcome) {
        kind = RequestKind.ASSET;
        asset = outcome;
    }

    /** It had to wait for a worker, or for its turn. */
    public void held(long nanos) {
        held = true;
        heldNanos += nanos;
    }

    /** It is sent to a worker once more. */
    public void retried() {
        retries++;
        answeredAnew();
    }

    /** What was said of its answer is about one that nobody will see. */
    public void answeredAnew() {
        firstByte = 0;
        sent = 0;
        coding = ContentCoding.IDENTITY;
        ofApp = false;
    }

    /** Its status is the app's word, and none of this program's. */
    public void answeredByApp() {
        ofApp = true;
    }

    /** Whether {@link #answeredByApp} was said last of the answer to this request; any thread may ask. */
    public static boolean isAnsweredByApp(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof RequestRecord record && record.ofApp;
    }

    public void shed(ShedReason reason) {
        shed = reason;
    }

    /** As {@link #shed}, before anybody has looked at what it asks for. */
    public void shed(ShedReason reason, HttpServletRequest request) {
        shed(reason);
        if (FieldLines.of(request, "Upgrade").elements().stream().anyMatch("websocket"::equalsIgnoreCase)) {
            kind(RequestKind.TUNNEL);
        }
    }

    public void upstreamError(UpstreamError error) {
        upstreamError = error;
    }

    /** Its answer comes from the shared cache, though it may have been turned away before the app. */
    public void cached() {
        cached = true;
        shed = null;
    }

    /** The client left before it had the whole answer. */
    public void clientGone() {
        clientGone = true;
    }

    /** So many bytes of the request's body came. */
    public void received(long bytes) {
        received += bytes;
    }

    /** So many bytes of the answer's body are given to the container. */
    public void sent(long bytes) {
        sent += bytes;
    }

    /** The answer begins, if it has not yet. */
    public void firstByte() {
        if (firstByte == 0) {
            firstByte = System.nanoTime();
        }
    }

    /** It goes on when the filters have returned; whoever says so is to call {@link #end}. */
    public void endsLater() {
        endsLater = true;
    }

    boolean isToEndLater() {
        return endsLater;
    }

    /** The request is over; a second time does nothing. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            end = System.nanoTime();
            traffic.ended(this);
        }
    }

    /**
     * The request is over, and its answer is as it stands; a second time does nothing.
     *
     * @param failed whether the container learns of it by an exception
     */
    public void end(HttpServletResponse response, boolean failed) {
        if (status == 0) {
            if (response.isCommitted() || !failed && !clientGone) {
                status = response.getStatus();
            } else {
                status = clientGone ? 0 : HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
            }
        }
        end();
    }

    /** Null unless there is an access log. */
    RequestLine line() {
        return line;
    }

    /** Null when nobody asked for it and there is no access log. */
    Caller caller() {
        return caller;
    }

    Method method() {
        return method;
    }

    RequestKind kind() {
        return kind;
    }

    /** 0 when there was no answer. */
    int status() {
        return status;
    }

    /** Empty when there was none. */
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

    /** Null when it was not turned away. */
    ShedReason shed() {
        return shed;
    }

    /** Null when there was none. */
    UpstreamError upstreamError() {
        return upstreamError;
    }

    /** Null when it is not about a static file. */
    AssetOutcome asset() {
        return asset;
    }

    boolean isCached() {
        return cached;
    }

    boolean hasLostClient() {
        return clientGone;
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
