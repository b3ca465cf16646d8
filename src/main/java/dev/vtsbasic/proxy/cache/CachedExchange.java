package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.syntax.HttpDate;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.cache.CacheResponseStatus;
import org.apache.hc.client5.http.cache.HttpCacheContext;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.validator.ETag;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.message.MessageSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One GET or HEAD request that the shared cache may serve. HttpClient's cache looks for a stored response, and calls
 * {@link #proceed} when it has none that it may use; the app's response then goes to the client as it comes, and a copy
 * of it into the cache.
 */
final class CachedExchange implements ExecChain {
    private static final Logger LOG = LoggerFactory.getLogger(CachedExchange.class);

    /**
     * How long a request waits for the response to another one; the same as nginx's {@code proxy_cache_lock_timeout}.
     */
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The status that tells HttpClient's cache that there is nothing to store. None of its rules knows this status. */
    private static final int NOTHING = 299;

    /** Errors that a stale response may replace (stale-if-error, RFC 5861 §4). */
    private static final Set<Integer> ERRORS = Set.of(500, 502, 503, 504);

    /**
     * Fields of a 304 that do not update the stored response (RFC 9111 §3.2), because they belong to the 304 itself or
     * describe the stored body.
     */
    private static final Set<String> NOT_UPDATED_BY_304 = Set.of(
            "set-cookie",
            "content-length",
            "content-encoding",
            "content-range",
            "content-md5",
            "content-digest",
            "etag",
            "transfer-encoding");

    /** Fields of a stored response that a 304 to the client has (RFC 9110 §15.4.5). */
    private static final Set<String> FIELDS_OF_304 = Set.of(
            "age",
            "cache-control",
            "cdn-cache-control",
            "content-location",
            "date",
            "etag",
            "expires",
            "last-modified",
            "vary");

    private final SharedCache cache;
    private final InboundRequest request;
    private final ForwardedHeaders forwarding;
    private final HttpServletResponse response;
    private final SharedCache.App app;
    private final SharedCache.App renewal;
    private final long deadline;
    private final String key;
    private final long mayWaitUntil = System.nanoTime() + MAX_WAIT_NANOS;
    private ExecChain.Scope scope;

    /** This exchange's in-flight request, for which others may wait; null when there is none. */
    private RequestCollapser.InFlight inFlight;

    /** The app's response; null when the app was not asked. */
    private CapturingResponse collected;

    private IOException failure;

    /** Whether an exception comes from asking the app and not from HttpClient's cache. */
    private boolean asking;

    /** Whether to ask HttpClient's cache once more. */
    private boolean again;

    private boolean waited;

    /** {@link RequestCollapser#left} before HttpClient's cache was asked. */
    private long departuresBefore;

    /** Whether HttpClient's cache was asked once more because of {@link #departuresBefore}, which happens only once. */
    private boolean lookedAgain;

    /**
     * Key of the variant for which this request has waited and whose response was then stored; null when there is none.
     */
    private String awaited;

    /** Why the request goes to the app: the value of {@code fwd} in Cache-Status (RFC 9211 §2.2). */
    private String forwarded;

    /** @param response null when no client waits for the response, which only updates the cache */
    CachedExchange(
            SharedCache cache,
            InboundRequest request,
            ForwardedHeaders forwarding,
            HttpServletResponse response,
            SharedCache.App app,
            SharedCache.App renewal,
            long deadline) {
        this.cache = cache;
        this.request = request;
        this.forwarding = forwarding;
        this.response = response;
        this.app = app;
        this.renewal = renewal;
        this.deadline = deadline;
        this.key = CacheKey.of(request, forwarding);
    }

    /**
     * Runs to the end of the response.
     *
     * @throws IOException as the exchange does
     */
    void run() throws IOException {
        ClassicHttpRequest asked = CacheKey.request(key, request, forwarding);
        if (request.method().equals("HEAD")) {
            // Only responses to GET are stored; a HEAD without a hit is proxied as without a cache.
            asked.setHeader("Cache-Control", "only-if-cached");
        } else if (response == null) {
            // HttpClient's cache would otherwise use the stale response that is to be revalidated.
            asked.setHeader("Cache-Control", "max-stale=0");
        }
        do {
            again = false;
            departuresBefore = cache.collapser().departures(key);
            scope = HttpClientCache.scope(asked);
            ask(asked);
        } while (again);
    }

    private void ask(ClassicHttpRequest asked) throws IOException {
        try (ClassicHttpResponse answer = execute(asked)) {
            if (failure != null) {
                throw failure;
            }
            // Before sending, because other requests wait for the stored response, and this client may read slowly.
            leaveCollapser(again ? RequestCollapser.End.BROKEN : RequestCollapser.End.STORED);
            if (!again && response != null) {
                send(answer);
            }
        } catch (HttpException e) {
            throw new IOException(e);
        } finally {
            leaveCollapser(RequestCollapser.End.BROKEN);
            if (collected != null) {
                collected.endSending();
                request.record().sent(-collected.unsent());
                collected.forget();
            }
        }
    }

    private ClassicHttpResponse execute(ClassicHttpRequest asked) throws IOException, HttpException {
        try {
            return cache.handler().execute(asked, scope, this);
        } catch (RuntimeException e) {
            if (asking || response == null) {
                throw e;
            }
            Event.CACHE_FAILED.log(
                    LOG,
                    "{method} {path} ({request_id}, trace {trace_id}): the cache failed",
                    request.method(),
                    request.path(),
                    forwarding.requestId(),
                    forwarding.traceId(),
                    e);
            cache.forget(key);
            context().setCacheEntry(null);
            return nothing();
        }
    }

    private void leaveCollapser(RequestCollapser.End end) {
        if (inFlight != null) {
            // An invalidation after leave() removes the stored response itself; an earlier one has marked this request
            // as outdated.
            inFlight.detach();
            if (inFlight.isInvalidated()) {
                cache.forget(key);
            }
            inFlight.end(end);
            inFlight = null;
        }
    }

    /** Sends the response that HttpClient's cache has chosen, or the rest of the app's, or asks the app after all. */
    private void send(ClassicHttpResponse answer) throws IOException {
        if (collected != null && collected.way() != CapturingResponse.Way.KEEP) {
            cache.misses.increment();
            collected.complete();
            return;
        }
        HttpCacheEntry entry = context().getCacheEntry();
        if (entry == null && collected != null && collected.head().getCode() != HttpStatus.SC_NOT_MODIFIED) {
            cache.misses.increment();
            collected.release();
        } else if (entry == null || collected == null && !mayHave(entry)) {
            cache.misses.increment();
            app.ask(request, response, deadline);
        } else {
            sendStored(answer, entry);
        }
    }

    private boolean mayHave(HttpCacheEntry entry) {
        return StoragePolicy.isForEverybody(CacheControl.ofUntargeted(entry), request);
    }

    private void sendStored(ClassicHttpResponse answer, HttpCacheEntry entry) throws IOException {
        // The record may describe the app's 304 or error by now, but the client gets the stored response.
        request.record().resetResponse();
        request.record().cached();
        Header age = answer.getFirstHeader("Age");
        long ttl = CacheControl.ofUntargeted(entry).lifetime() - (age == null ? 0 : Long.parseLong(age.getValue()));
        boolean notModified = answer.getCode() == HttpStatus.SC_OK && clientHas(answer);
        response.setStatus(notModified ? HttpStatus.SC_NOT_MODIFIED : answer.getCode());
        for (Header field : StoredFields.asSent(answer)) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (!name.equals("content-length") && (!notModified || FIELDS_OF_304.contains(name))) {
                response.addHeader(field.getName(), field.getValue());
            }
        }
        if (age == null) {
            response.addHeader("Age", "0");
        }
        if (collected != null && collected.head().getCode() == HttpStatus.SC_NOT_MODIFIED) {
            for (Header cookie : collected.head().getHeaders("Set-Cookie")) {
                response.addHeader(cookie.getName(), cookie.getValue());
            }
        }
        response.addHeader("Cache-Status", "vts-basic; " + howStored(ttl));
        request.record().coding(ContentCoding.of(response.getHeader("Content-Encoding")));
        request.record().firstByte();
        if (!notModified && entry.getResource() != null) {
            byte[] body = entry.getResource().get();
            response.setContentLength(body.length);
            if (!request.method().equals("HEAD")) {
                try {
                    response.getOutputStream().write(body);
                    request.record().sent(body.length);
                } catch (IOException e) {
                    throw new ClientDisconnectedException(e);
                }
            }
        }
    }

    private String howStored(long ttl) {
        if (collected != null) {
            int status = collected.head().getCode();
            boolean renewed = status == HttpStatus.SC_NOT_MODIFIED;
            (renewed ? cache.validated : cache.stale).increment();
            return "fwd=stale; fwd-status=" + status + (renewed ? "" : "; detail=stale-if-error");
        }
        if (waited) {
            cache.collapsed.increment();
            return "fwd=" + forwarded + "; collapsed";
        }
        cache.hits.increment();
        if (ttl <= 0) {
            cache.stale.increment();
        }
        return "hit; ttl=" + ttl;
    }

    /** Whether the client's conditions say that it has the stored response already (RFC 9110 §13.2.2). */
    private boolean clientHas(HttpResponse answer) {
        String tags = request.lines("If-None-Match").joined();
        if (!tags.isEmpty()) {
            Header own = answer.getFirstHeader("ETag");
            ETag tag = own == null ? null : tag(own.getValue());
            BasicClassicHttpResponse list = new BasicClassicHttpResponse(NOTHING);
            list.addHeader("If-None-Match", tags);
            Iterator<String> tokens = MessageSupport.iterateTokens(list, "If-None-Match");
            while (tokens.hasNext()) {
                String token = tokens.next();
                if (token.equals("*") || tag != null && ETag.weakCompare(tag, tag(token))) {
                    return true;
                }
            }
            return false;
        }
        String date = request.lines("If-Modified-Since").single();
        // RFC 9111 §4.3.2: the Date stands in for a Last-Modified that is missing.
        Header modified = answer.getFirstHeader(answer.containsHeader("Last-Modified") ? "Last-Modified" : "Date");
        if (date.isEmpty() || modified == null) {
            return false;
        }
        Instant since = HttpDate.parseForCache(date);
        Instant last = HttpDate.parseForCache(modified.getValue());
        return since != null && last != null && !last.isAfter(since);
    }

    /** Parses an ETag; null when it has no closing quote, because HttpClient's parser fails on some of those. */
    private static ETag tag(String text) {
        return text.endsWith("\"") ? ETag.parse(text) : null;
    }

    private HttpCacheContext context() {
        return HttpCacheContext.cast(scope.clientContext);
    }

    /**
     * Called by HttpClient's cache when it has no response that it may use, and, for a revalidation in the background,
     * on a thread of its own.
     */
    @Override
    public ClassicHttpResponse proceed(ClassicHttpRequest asked, ExecChain.Scope called) throws IOException {
        if (called != scope) {
            if (!mayHaveWhatIsKnown()) {
                // This client does not get the stale response either (see send), and the app's response to it may not
                // be shared.
                return nothing();
            }
            // The client gets the stale response; this is the thread of HttpClient's cache that revalidates it.
            InboundRequest unread = request.with(request.headers(), RequestRecord.unread());
            new CachedExchange(cache, unread, forwarding, null, renewal, renewal, deadlineFromNow()).run();
            return nothing();
        }
        if (collected != null) {
            // HttpClient's cache asks a second time when the Date of the response is before that of the stored one. The
            // clocks of two workers may differ, so the app is not asked again.
            return nothing();
        }
        boolean known = context().getCacheResponseStatus() == CacheResponseStatus.CACHE_HIT;
        if (forwarded == null) {
            forwarded = known ? "stale" : cache.knows(key) ? "vary-miss" : "uri-miss";
        }
        if (!enterCollapser(asked)) {
            return nothing();
        }
        return fetch(asked, known);
    }

    /** As {@link #mayHave}, for a stale response of which only the directives are known so far. */
    private boolean mayHaveWhatIsKnown() {
        return StoragePolicy.isForEverybody(context().getResponseCacheControlOrDefault(), request);
    }

    /** The deadline of the client's request; now, when it has passed. */
    private long deadlineFromNow() {
        return Math.max(deadline, System.nanoTime());
    }

    /**
     * Whether to ask the app now. If not, another request has asked or is asking; {@link #again} says whether to ask
     * HttpClient's cache once more.
     */
    private boolean enterCollapser(ClassicHttpRequest asked) {
        String form = cache.form(key, asked);
        RequestCollapser.Entry entry = cache.collapser().join(form, key);
        if (entry.isNew()) {
            inFlight = entry.inFlight();
            // Another request may have filled the cache since HttpClient's cache was asked.
            again = !lookedAgain && cache.collapser().departures(key) != departuresBefore;
            lookedAgain |= again;
            return !again;
        }
        if (response == null) {
            return false;
        }
        long left = mayWaitUntil - System.nanoTime();
        if (cache.collapser().wasNotShareable(form) || left <= 0 || form.equals(awaited)) {
            return true;
        }
        waited = true;
        RequestCollapser.End end = entry.inFlight().await(left);
        if (end == RequestCollapser.End.IN_FLIGHT) {
            inFlight = cache.collapser().replace(entry.inFlight());
        } else if (end == RequestCollapser.End.STORED) {
            // If this stored response does not match the request, the next one of the variant hardly will.
            awaited = form;
        }
        again = end == RequestCollapser.End.STORED || end == RequestCollapser.End.BROKEN;
        return !again;
    }

    private ClassicHttpResponse fetch(ClassicHttpRequest asked, boolean known) {
        boolean mayStandIn =
                known && context().getResponseCacheControlOrDefault().getStaleIfError() > 0 && mayHaveWhatIsKnown();
        collected = new CapturingResponse(
                response, new Fate(known, mayStandIn), cache.largest(), cache.collecting(), cache.senders());
        try {
            // A stale response may replace an error, so the request does not wait for a worker.
            long until = mayStandIn ? System.nanoTime() : deadline;
            asking = true;
            app.ask(known ? renewing(asked) : request, collected, until);
            collected.finish();
            asking = false;
        } catch (IOException e) {
            failure = e;
            return nothing();
        }
        return switch (collected.way()) {
            case COPY -> stored();
            case KEEP -> kept(asked);
            default -> nothing();
        };
    }

    private ClassicHttpResponse stored() {
        cache.kept.increment();
        ClassicHttpResponse whole = collected.whole();
        StoredFields.put(whole, CacheControl.of(whole));
        return whole;
    }

    /**
     * What HttpClient's cache gets of a response that the client does not get as it is: a 304, an error that the stale
     * response replaces, or a response for the cache alone.
     */
    private ClassicHttpResponse kept(ClassicHttpRequest asked) {
        HttpResponse head = collected.head();
        if (head.getCode() != HttpStatus.SC_NOT_MODIFIED) {
            if (!ERRORS.contains(head.getCode())) {
                return stored();
            }
            BasicClassicHttpResponse error = new BasicClassicHttpResponse(head.getCode());
            error.addHeader("Cache-Control", "no-store");
            return error;
        }
        BasicClassicHttpResponse renewed = new BasicClassicHttpResponse(head.getCode());
        for (Header field : head.getHeaders()) {
            if (!NOT_UPDATED_BY_304.contains(field.getName().toLowerCase(Locale.ROOT))) {
                renewed.addHeader(field);
            }
        }
        if (!StoragePolicy.hasKnownType(head)) {
            renewed.removeHeaders("Content-Type");
        }
        CacheControl directives = StoredFields.renewed(head, cache.known(key, asked));
        StoredFields.put(renewed, directives);
        if (!renewed.containsHeader("Age")) {
            // Without it, the Age of the stored response would stay.
            renewed.setHeader("Age", "0");
        }
        if (!StoragePolicy.mayRenew(head, directives, request)) {
            // This client may have the stored response, but from now on no other one may.
            StoredFields.forbid(renewed);
        }
        return renewed;
    }

    /**
     * The client's request with the validators of the stored response as conditions, in place of its own conditions.
     */
    private InboundRequest renewing(ClassicHttpRequest asked) {
        List<InboundRequest.Field> fields = new ArrayList<>();
        for (InboundRequest.Field field : request.headers()) {
            if (!isCondition(field.name())) {
                fields.add(field);
            }
        }
        for (Header field : asked.getHeaders()) {
            if (isCondition(field.getName())) {
                fields.add(new InboundRequest.Field(field.getName(), field.getValue()));
            }
        }
        return request.with(fields, request.record());
    }

    private static boolean isCondition(String name) {
        return name.equalsIgnoreCase("If-None-Match") || name.equalsIgnoreCase("If-Modified-Since");
    }

    private static ClassicHttpResponse nothing() {
        BasicClassicHttpResponse nothing = new BasicClassicHttpResponse(NOTHING);
        nothing.addHeader("Cache-Control", "no-store");
        return nothing;
    }

    /** Decides where the app's response goes. */
    private final class Fate implements CapturingResponse.Judge {
        private final boolean known;
        private final boolean mayStandIn;

        /**
         * @param known whether the cache has a stale response
         * @param mayStandIn whether the stale response may replace an error
         */
        Fate(boolean known, boolean mayStandIn) {
            this.known = known;
            this.mayStandIn = mayStandIn;
        }

        @Override
        public CapturingResponse.Way way(HttpResponse head, boolean trailers) {
            int status = head.getCode();
            if (known && status == HttpStatus.SC_NOT_MODIFIED) {
                return CapturingResponse.Way.KEEP;
            }
            if (mayStandIn && ERRORS.contains(status)) {
                if (inFlight != null) {
                    endInFlight(status);
                }
                return CapturingResponse.Way.KEEP;
            }
            if (inFlight != null && !trailers && !isTooLong(head) && StoragePolicy.mayBeStored(head, request)) {
                return response == null ? CapturingResponse.Way.KEEP : CapturingResponse.Way.COPY;
            }
            if (known && StoragePolicy.endsTheOldOne(head, request)) {
                cache.forget(key);
            }
            if (inFlight != null) {
                endInFlight(status);
            }
            return response == null ? CapturingResponse.Way.DROP : CapturingResponse.Way.PASS;
        }

        @Override
        public String cacheStatus(CapturingResponse.Way way) {
            return "vts-basic; fwd=" + forwarded + (way == CapturingResponse.Way.COPY ? "; stored" : "");
        }

        /** Wakes the requests that wait, because the response will not be stored. */
        private void endInFlight(int status) {
            if (status == HttpStatus.SC_NOT_MODIFIED) {
                // The 304 answers a condition of the client's own, so it says nothing about responses to other clients.
                inFlight.end(RequestCollapser.End.BROKEN);
            } else if (status >= HttpStatus.SC_INTERNAL_SERVER_ERROR) {
                inFlight.end(RequestCollapser.End.NOT_SHAREABLE);
            } else {
                inFlight.endNotShareable();
            }
            inFlight = null;
        }

        /** A 204 may say any nonsense, since nobody reads a body by it. */
        private boolean isTooLong(HttpResponse head) {
            Header length = head.getFirstHeader("Content-Length");
            try {
                return length != null && Long.parseLong(length.getValue()) > cache.largest();
            } catch (NumberFormatException e) {
                return true;
            }
        }

        @Override
        public void tooLong() {
            if (inFlight != null) {
                inFlight.endNotShareable();
                inFlight = null;
            }
        }
    }
}
