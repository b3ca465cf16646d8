package dev.vtsbasic.limit;

import dev.vtsbasic.page.Page;
import dev.vtsbasic.page.PageRequest;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.settings.LimitRules;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.ShedReason;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Refuses requests beyond the configured rates with 429. With a rate per client, each response tells the client how
 * much of its quota is left. The quota of all clients together is shown only in the 429 that it causes. Safe for any
 * number of threads.
 */
public final class RateLimitFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    /** Number of clients in a generation of {@link ClientBuckets}. Both generations together take about 20 MB. */
    private static final int MAX_CLIENTS_PER_GENERATION = 25_000;

    private final transient RateLimitPolicy all;
    private final transient Bucket bucketOfAll;
    private final transient RateLimitPolicy perClient;
    private final transient ClientBuckets clients;
    private final transient Pages pages;

    public RateLimitFilter(LimitRules rules, Pages pages) {
        this(rules, pages, System::nanoTime);
    }

    RateLimitFilter(LimitRules rules, Pages pages, LongSupplier nanos) {
        this.all = rules.rate()
                .map(rate -> new RateLimitPolicy("all", rate, nanos))
                .orElse(null);
        this.bucketOfAll = all == null ? null : all.bucket();
        this.perClient = rules.ratePerClient()
                .map(rate -> new RateLimitPolicy("client", rate, nanos))
                .orElse(null);
        this.clients = perClient == null ? null : new ClientBuckets(perClient, MAX_CLIENTS_PER_GENERATION);
        this.pages = pages;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Bucket own = null;
        // The app is not a client, because it sends its own requests while it renders the pages of many clients.
        if (perClient != null && !Caller.isLocalAndUnforwarded(request)) {
            own = clients.of(
                    ClientKey.of(RequestRecord.of(request).caller(request).address()));
            long retryAfter = perClient.addFields(own.tryConsumeAndReturnRemaining(1), response);
            if (retryAfter > 0) {
                refuse(retryAfter, request, response);
                return;
            }
        }
        if (all != null) {
            ConsumptionProbe probe = bucketOfAll.tryConsumeAndReturnRemaining(1);
            if (!probe.isConsumed()) {
                if (own != null) {
                    // Give the token back, because other clients used up the common quota.
                    own.addTokens(1);
                }
                refuse(all.addFields(probe, response), request, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private void refuse(long retryAfter, HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestRecord.of(request).markShed(ShedReason.RATE_LIMIT, request);
        pages.send(Page.TOO_MANY_REQUESTS.withRetryAfter(retryAfter), PageRequest.of(request), response);
    }
}
