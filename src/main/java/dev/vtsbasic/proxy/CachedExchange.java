package dev.vtsbasic.proxy;

import dev.vtsbasic.log.Event;
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
 * One request that the shared cache may answer. HttpClient's cache looks for an answer, and asks {@link #proceed} when it
 * has none that will do; the app's answer then goes to the client as it comes, and a copy of it into the cache.
 */
final class CachedExchange implements ExecChain {
    private static final Logger LOG = LoggerFactory.getLogger(CachedExchange.class);

    /** How long to wait for somebody else's answer to the same; as long as nginx does. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Says to HttpClient's cache: nothing to keep. None of its rules knows this status. */
    private static final int NOTHING = 299;

    /** RFC 5861 §4: for which errors an old answer may take their place. */
    private static final Set<Integer> ERRORS = Set.of(500, 502, 503, 504);

    /** What a 304 says of itself, not of the answer that it renews (RFC 9111 §3.2). */
    private static final Set<String> OF_THE_304_ITSELF = Set.of(
            "set-cookie",
            "content-length",
            "content-encoding",
            "content-range",
            "content-md5",
            "content-digest",
            "etag",
            "transfer-encoding");

    /** RFC 9110 §15.4.5. */
    private static final Set<String> IN_A_304 = Set.of(
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
    private final Forwarding forwarding;
    private final HttpServletResponse response;
    private final SharedCache.App app;
    private final SharedCache.App renewal;
    private final long deadline;
    private final String key;
    private final long mayWaitUntil = System.nanoTime() + LONGEST_WAIT_NANOS;
    private ExecChain.Scope scope;
    private Flights.Flight flight;
    private CollectedAnswer collected;
    private IOException failure;
    private boolean asking;
    private boolean again;
    private boolean waited;
    private long leftBefore;
    private boolean lookedAgain;
    private String awaited;
    private String forwarded;

    /** @param response null when nobody waits for the answer, which only renews what is in the cache */
    CachedExchange(
            SharedCache cache,
            InboundRequest request,
            Forwarding forwarding,
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
     * Runs to the end of the answer.
     *
     * @throws IOException as {@link Exchange#run}
     */
    void run() throws IOException {
        ClassicHttpRequest asked = CacheKey.request(key, request, forwarding);
        if (request.method().equals("HEAD")) {
            // Only a GET fills the cache; what is no hit takes the way it takes without.
            asked.setHeader("Cache-Control", "only-if-cached");
        } else if (response == null) {
            // Else HttpClient's cache would be content with what is to be renewed.
            asked.setHeader("Cache-Control", "max-stale=0");
        }
        do {
            again = false;
            leftBefore = cache.flights().left(key);
            scope = CachingHandler.scope(asked);
            ask(asked);
        } while (again);
    }

    private void ask(ClassicHttpRequest asked) throws IOException {
        try (ClassicHttpResponse answer = execute(asked)) {
            if (failure != null) {
                throw failure;
            }
            // First, because others wait for it, and the client may read slowly.
            land(again ? Flights.End.BROKEN : Flights.End.STORED);
            if (!again && response != null) {
                send(answer);
            }
        } catch (HttpException e) {
            throw new IOException(e);
        } finally {
            land(Flights.End.BROKEN);
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

    private void land(Flights.End end) {
        if (flight != null) {
            // Whoever changes the thing from now on removes what was stored; who did so before has said so by now.
            flight.leave();
            if (flight.isOutdated()) {
                cache.forget(key);
            }
            flight.end(end);
            flight = null;
        }
    }

    /** What HttpClient's cache came to. */
    private void send(ClassicHttpResponse answer) throws IOException {
        if (collected != null && collected.way() != CollectedAnswer.Way.KEEP) {
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
        return CacheRules.isForEverybody(CacheDirectives.ofUntargeted(entry), request);
    }

    private void sendStored(ClassicHttpResponse answer, HttpCacheEntry entry) throws IOException {
        // An answer of the app that renews this one, or that this one stands in for, is not the one that the client
        // gets.
        request.record().answeredAnew();
        request.record().cached();
        Header age = answer.getFirstHeader("Age");
        long ttl = CacheDirectives.ofUntargeted(entry).lifetime() - (age == null ? 0 : Long.parseLong(age.getValue()));
        boolean notModified = answer.getCode() == HttpStatus.SC_OK && clientHas(answer);
        response.setStatus(notModified ? HttpStatus.SC_NOT_MODIFIED : answer.getCode());
        for (Header field : StoredFields.asSent(answer)) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (!name.equals("content-length") && (!notModified || IN_A_304.contains(name))) {
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
                    throw new ClientGoneException(e);
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

    /** RFC 9110 §13.2.2, for what the cache has. */
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
        Header modified = answer.getFirstHeader("Last-Modified");
        if (date.isEmpty() || modified == null) {
            return false;
        }
        Instant since = HttpDate.parseForCache(date);
        Instant last = HttpDate.parseForCache(modified.getValue());
        return since != null && last != null && !last.isAfter(since);
    }

    /** Null when it is none; HttpClient's reader fails at some that have no end. */
    private static ETag tag(String text) {
        return text.endsWith("\"") ? ETag.parse(text) : null;
    }

    private HttpCacheContext context() {
        return HttpCacheContext.cast(scope.clientContext);
    }

    /** Called when the cache has no answer that will do. */
    @Override
    public ClassicHttpResponse proceed(ClassicHttpRequest asked, ExecChain.Scope called) throws IOException {
        if (called != scope) {
            if (!mayHaveWhatIsKnown()) {
                // The client does not get the old answer either, and what it gets is not for others.
                return nothing();
            }
            // The client gets an old answer; this is the cache's thread that is to renew it.
            InboundRequest unread = request.with(request.headers(), RequestRecord.unread());
            new CachedExchange(cache, unread, forwarding, null, renewal, renewal, deadlineFromNow()).run();
            return nothing();
        }
        if (collected != null) {
            // The clocks of two workers differ, and HttpClient's cache wants to ask once more.
            return nothing();
        }
        boolean known = context().getCacheResponseStatus() == CacheResponseStatus.CACHE_HIT;
        if (forwarded == null) {
            forwarded = known ? "stale" : cache.knows(key) ? "vary-miss" : "uri-miss";
        }
        if (!takeOff(asked)) {
            return nothing();
        }
        return fetch(asked, known);
    }

    /** {@link #mayHave} for the answer that is past its time, which is known by its directives alone so far. */
    private boolean mayHaveWhatIsKnown() {
        return CacheRules.isForEverybody(context().getResponseCacheControlOrDefault(), request);
    }

    /** As long as the client's request had; it may have been used up since. */
    private long deadlineFromNow() {
        return Math.max(deadline, System.nanoTime());
    }

    /** Whether to ask the app now; if not, another one was asking, and the cache may know more now. */
    private boolean takeOff(ClassicHttpRequest asked) {
        String form = cache.form(key, asked);
        Flights.Boarding boarding = cache.flights().board(form, key);
        if (boarding.mine()) {
            flight = boarding.flight();
            // Another one may have brought it since this one looked.
            again = !lookedAgain && cache.flights().left(key) != leftBefore;
            lookedAgain |= again;
            return !again;
        }
        if (response == null) {
            return false;
        }
        long left = mayWaitUntil - System.nanoTime();
        if (cache.flights().wasUseless(form) || left <= 0 || form.equals(awaited)) {
            return true;
        }
        waited = true;
        Flights.End end = boarding.flight().await(left);
        if (end == Flights.End.NOT_YET) {
            flight = cache.flights().replace(boarding.flight());
        } else if (end == Flights.End.STORED) {
            // If it is of no use here, the next one will hardly be.
            awaited = form;
        }
        again = end == Flights.End.STORED || end == Flights.End.BROKEN;
        return !again;
    }

    private ClassicHttpResponse fetch(ClassicHttpRequest asked, boolean known) {
        boolean mayStandIn =
                known && context().getResponseCacheControlOrDefault().getStaleIfError() > 0 && mayHaveWhatIsKnown();
        collected = new CollectedAnswer(
                response, new Fate(known, mayStandIn), cache.largest(), cache.collecting(), cache.senders());
        try {
            // Who has an old answer at hand need not wait for a worker.
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
        StoredFields.put(whole, CacheDirectives.of(whole));
        return whole;
    }

    /** What the client is not to see as it is. */
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
            if (!OF_THE_304_ITSELF.contains(field.getName().toLowerCase(Locale.ROOT))) {
                renewed.addHeader(field);
            }
        }
        if (!CacheRules.hasKnownType(head)) {
            renewed.removeHeaders("Content-Type");
        }
        CacheDirectives directives = StoredFields.renewed(head, cache.known(key, asked));
        StoredFields.put(renewed, directives);
        if (!renewed.containsHeader("Age")) {
            // Else that of the old answer would go on to count.
            renewed.setHeader("Age", "0");
        }
        if (!CacheRules.mayRenew(head, directives, request)) {
            // For this client it is right, but from now on for nobody else.
            StoredFields.forbid(renewed);
        }
        return renewed;
    }

    /** The client's request with the conditions under which the cache's answer is still right, in place of its own. */
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

    /** Decides what becomes of the app's answer. */
    private final class Fate implements CollectedAnswer.Judge {
        private final boolean known;
        private final boolean mayStandIn;

        /**
         * @param known whether the cache has an answer that is past its time
         * @param mayStandIn whether that may take the place of an error
         */
        Fate(boolean known, boolean mayStandIn) {
            this.known = known;
            this.mayStandIn = mayStandIn;
        }

        @Override
        public CollectedAnswer.Way way(HttpResponse head, boolean trailers) {
            int status = head.getCode();
            if (known && status == HttpStatus.SC_NOT_MODIFIED) {
                return CollectedAnswer.Way.KEEP;
            }
            if (mayStandIn && ERRORS.contains(status)) {
                if (flight != null) {
                    endFlight(status);
                }
                return CollectedAnswer.Way.KEEP;
            }
            if (flight != null && !trailers && !isTooLong(head) && CacheRules.mayBeStored(head, request)) {
                return response == null ? CollectedAnswer.Way.KEEP : CollectedAnswer.Way.COPY;
            }
            if (known && CacheRules.endsTheOldOne(head, request)) {
                cache.forget(key);
            }
            if (flight != null) {
                endFlight(status);
            }
            return response == null ? CollectedAnswer.Way.DROP : CollectedAnswer.Way.PASS;
        }

        @Override
        public String cacheStatus(CollectedAnswer.Way way) {
            return "vts-basic; fwd=" + forwarded + (way == CollectedAnswer.Way.COPY ? "; stored" : "");
        }

        /** Nobody is to wait for the rest of it. */
        private void endFlight(int status) {
            if (status == HttpStatus.SC_NOT_MODIFIED) {
                // The client has asked by itself whether it changed, which tells nothing of the thing.
                flight.end(Flights.End.BROKEN);
            } else if (status >= HttpStatus.SC_INTERNAL_SERVER_ERROR) {
                flight.end(Flights.End.OF_NO_USE);
            } else {
                flight.endUseless();
            }
            flight = null;
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
            if (flight != null) {
                flight.endUseless();
                flight = null;
            }
        }
    }
}
