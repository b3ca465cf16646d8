package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.cache.capture.CapturingResponse;
import dev.vtsbasic.proxy.cache.capture.NoClientResponse;
import dev.vtsbasic.proxy.cache.capture.Route;
import dev.vtsbasic.proxy.message.InboundRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.hc.client5.http.cache.CacheResponseStatus;
import org.apache.hc.client5.http.cache.HttpCacheContext;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one {@link CacheableRequest} to the end of its response. HttpClient's cache looks for a stored response, and
 * calls {@link #proceed} when it has none that it may use; the app's response then goes to the client as it comes, and
 * a copy of it into the cache.
 */
final class CachedExchange implements ExecChain {
    private static final Logger LOG = LoggerFactory.getLogger(CachedExchange.class);

    private final SharedCache cache;
    private final CacheableRequest request;
    private final HttpServletResponse response;
    private final AppAccess access;
    private final CollapsingRequest collapsing;
    private ExecChain.Scope scope;

    /** The app's response; null when the app was not asked. */
    private CapturingResponse captured;

    private IOException failure;

    /** Whether an exception comes from asking the app and not from HttpClient's cache. */
    private boolean asking;

    /** Why the request goes to the app: the value of {@code fwd} in Cache-Status (RFC 9211 §2.2). */
    private String forwardReason;

    /**
     * The ways to ask the app.
     *
     * @param app sends the client's request
     * @param renewal sends a revalidation that no client waits for
     * @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime}
     */
    record AppAccess(SharedCache.App app, SharedCache.App renewal, long deadline) {
        /**
         * The access for a revalidation. If the deadline of the client's request has passed, the new deadline is the
         * current time.
         */
        AppAccess ofRevalidation() {
            return new AppAccess(renewal, renewal, Math.max(deadline, System.nanoTime()));
        }
    }

    /** @param response {@link NoClientResponse#INSTANCE} for a revalidation */
    CachedExchange(SharedCache cache, CacheableRequest request, HttpServletResponse response, AppAccess access) {
        this.cache = cache;
        this.request = request;
        this.response = response;
        this.access = access;
        this.collapsing = new CollapsingRequest(cache, request.key());
    }

    /**
     * Runs to the end of the response.
     *
     * @throws IOException as the exchange with the app does
     */
    void run() throws IOException {
        ClassicHttpRequest lookup = request.lookup();
        do {
            collapsing.beginLookup();
            scope = HttpClientCache.scope(lookup);
            lookUp(lookup);
        } while (collapsing.mustLookUpAgain());
    }

    private void lookUp(ClassicHttpRequest lookup) throws IOException {
        try (ClassicHttpResponse result = execute(lookup)) {
            if (failure != null) {
                throw failure;
            }
            boolean again = collapsing.mustLookUpAgain();
            // Before sending, because other requests wait for the stored response, and this client may read slowly.
            collapsing.end(again ? RequestCollapser.End.BROKEN : RequestCollapser.End.STORED);
            if (!again && request.servesClient()) {
                send(result);
            }
        } catch (HttpException e) {
            throw new IOException(e);
        } finally {
            collapsing.end(RequestCollapser.End.BROKEN);
            if (captured != null) {
                captured.endSending();
                request.inbound().record().addSent(-captured.unsent());
                captured.discardBody();
            }
        }
    }

    private ClassicHttpResponse execute(ClassicHttpRequest lookup) throws IOException, HttpException {
        try {
            return cache.handler().execute(lookup, scope, this);
        } catch (RuntimeException e) {
            if (asking || !request.servesClient()) {
                throw e;
            }
            Event.CACHE_FAILED.log(
                    LOG,
                    "{method} {path} ({request_id}, trace {trace_id}): the cache failed",
                    request.inbound().method(),
                    request.inbound().path(),
                    request.forwarding().requestId(),
                    request.forwarding().traceId(),
                    e);
            cache.invalidate(request.key());
            context().setCacheEntry(null);
            return HttpClientCache.nothingToStore();
        }
    }

    /** Sends the response that HttpClient's cache has chosen, or the rest of the app's, or asks the app after all. */
    private void send(ClassicHttpResponse chosen) throws IOException {
        if (captured != null && captured.route() != Route.WITHHOLD) {
            cache.misses.increment();
            captured.complete();
            return;
        }
        HttpCacheEntry entry = context().getCacheEntry();
        if (entry == null && captured != null && !wasRevalidated()) {
            cache.misses.increment();
            captured.release();
        } else if (entry == null || captured == null && !request.mayGet(entry)) {
            cache.misses.increment();
            access.app().ask(request.inbound(), response, access.deadline());
        } else {
            sendStored(chosen, entry);
        }
    }

    private boolean wasRevalidated() {
        return captured != null && captured.head().getCode() == HttpStatus.SC_NOT_MODIFIED;
    }

    private void sendStored(ClassicHttpResponse stored, HttpCacheEntry entry) throws IOException {
        // The record may describe the app's 304 or error by now, but the client gets the stored response.
        request.inbound().record().resetResponse();
        request.inbound().record().markCached();
        boolean notModified = StoredResponseWriter.sendHead(stored, request.inbound(), response);
        if (wasRevalidated()) {
            for (Header cookie : captured.head().getHeaders("Set-Cookie")) {
                response.addHeader(cookie.getName(), cookie.getValue());
            }
        }
        Header age = stored.getFirstHeader("Age");
        long ttl = CacheControl.ofUntargeted(entry).lifetime() - (age == null ? 0 : Long.parseLong(age.getValue()));
        response.addHeader("Cache-Status", "vts-basic; " + countedStatus(ttl));
        StoredResponseWriter.sendBody(notModified ? null : entry.getResource(), request.inbound(), response);
    }

    /** Counts a stored response, and returns the parameters of its Cache-Status. */
    private String countedStatus(long ttl) {
        if (captured != null) {
            (wasRevalidated() ? cache.validated : cache.stale).increment();
            return "fwd=stale; fwd-status=" + captured.head().getCode()
                    + (wasRevalidated() ? "" : "; detail=stale-if-error");
        }
        if (collapsing.hasWaited()) {
            cache.collapsed.increment();
            return "fwd=" + forwardReason + "; collapsed";
        }
        cache.hits.increment();
        if (ttl <= 0) {
            cache.stale.increment();
        }
        return "hit; ttl=" + ttl;
    }

    private HttpCacheContext context() {
        return HttpCacheContext.cast(scope.clientContext);
    }

    /**
     * Called by HttpClient's cache when it has no response that it may use, and, for a revalidation in the background,
     * on a thread of its own.
     */
    @Override
    public ClassicHttpResponse proceed(ClassicHttpRequest lookup, ExecChain.Scope called) throws IOException {
        if (called != scope) {
            revalidateInBackground();
            return HttpClientCache.nothingToStore();
        }
        if (captured != null) {
            // HttpClient's cache asks a second time when the Date of the response is before that of the stored one. The
            // clocks of two workers may differ, so the app is not asked again.
            return HttpClientCache.nothingToStore();
        }
        boolean stale = context().getCacheResponseStatus() == CacheResponseStatus.CACHE_HIT;
        if (forwardReason == null) {
            forwardReason = stale ? "stale" : cache.hasStored(request.key()) ? "vary-miss" : "uri-miss";
        }
        if (!collapsing.join(cache.variantKey(request.key(), lookup), request.servesClient())) {
            return HttpClientCache.nothingToStore();
        }
        return fetch(lookup, stale);
    }

    /** Revalidates the stale response that the client gets, on a thread of HttpClient's cache. */
    private void revalidateInBackground() throws IOException {
        // If the client may not get the stored response, send() asks the app instead, and the app's response may not be
        // shared.
        if (request.mayGet(context().getResponseCacheControlOrDefault())) {
            new CachedExchange(cache, request.revalidation(), NoClientResponse.INSTANCE, access.ofRevalidation()).run();
        }
    }

    private ClassicHttpResponse fetch(ClassicHttpRequest lookup, boolean stale) {
        boolean mayReplaceError = stale
                && context().getResponseCacheControlOrDefault().getStaleIfError() > 0
                && request.mayGet(context().getResponseCacheControlOrDefault());
        Stale usable = mayReplaceError ? Stale.USABLE_IF_ERROR : stale ? Stale.USABLE_IF_VALID : Stale.NONE;
        captured = new CapturingResponse(
                response,
                new ResponseRouter(cache, request, collapsing, usable, forwardReason),
                cache.captureBudget(),
                cache.senders());
        InboundRequest asked = stale ? Revalidation.conditionalRequest(request.inbound(), lookup) : request.inbound();
        try {
            asking = true;
            // A stale response may replace an error, so the request does not wait for a worker.
            access.app().ask(asked, captured, mayReplaceError ? System.nanoTime() : access.deadline());
            captured.finish();
            asking = false;
        } catch (IOException e) {
            failure = e;
            return HttpClientCache.nothingToStore();
        }
        return switch (captured.route()) {
            case TEE -> stored();
            case WITHHOLD, COLLECT -> withheld(lookup);
            default -> HttpClientCache.nothingToStore();
        };
    }

    private ClassicHttpResponse stored() {
        cache.kept.increment();
        ClassicHttpResponse whole = captured.whole();
        StoredFields.put(whole, CacheControl.of(whole));
        return whole;
    }

    /**
     * The response that HttpClient's cache gets where the client does not get the app's response as it is: a 304, an
     * error that the stale response replaces, or a response for the cache alone.
     */
    private ClassicHttpResponse withheld(ClassicHttpRequest lookup) {
        HttpResponse head = captured.head();
        if (head.getCode() == HttpStatus.SC_NOT_MODIFIED) {
            return Revalidation.updateOf(head, cache.storedFields(request.key(), lookup), request.inbound());
        }
        return ResponseRouter.isReplaceableError(head.getCode())
                ? HttpClientCache.unstorable(head.getCode())
                : stored();
    }
}
