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
 * Lets no more requests through than the rates allow. A client is told with each answer how much it has left; how much all
 * together have is told only when it is nothing. Safe for any number of threads.
 */
public final class RateLimitFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    /** Some 20 MB for both generations. */
    private static final int MOST_CLIENTS = 25_000;

    private final transient Policy all;
    private final transient Bucket bucketOfAll;
    private final transient Policy perClient;
    private final transient ClientBuckets clients;
    private final transient Pages pages;

    public RateLimitFilter(LimitRules rules, Pages pages) {
        this(rules, pages, System::nanoTime);
    }

    RateLimitFilter(LimitRules rules, Pages pages, LongSupplier nanos) {
        this.all = rules.rate().map(rate -> new Policy("all", rate, nanos)).orElse(null);
        this.bucketOfAll = all == null ? null : all.bucket();
        this.perClient = rules.ratePerClient()
                .map(rate -> new Policy("client", rate, nanos))
                .orElse(null);
        this.clients = perClient == null ? null : new ClientBuckets(perClient, MOST_CLIENTS);
        this.pages = pages;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Bucket own = null;
        // The app is no client: it asks while it renders the pages of many.
        if (perClient != null && !Caller.isOfThisMachine(request)) {
            own = clients.of(
                    ClientKey.of(RequestRecord.of(request).caller(request).address()));
            long retryAfter = perClient.tell(own.tryConsumeAndReturnRemaining(1), response);
            if (retryAfter > 0) {
                refuse(retryAfter, request, response);
                return;
            }
        }
        if (all != null) {
            ConsumptionProbe probe = bucketOfAll.tryConsumeAndReturnRemaining(1);
            if (!probe.isConsumed()) {
                if (own != null) {
                    // It is not to pay for what others have used up.
                    own.addTokens(1);
                }
                refuse(all.tell(probe, response), request, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private void refuse(long retryAfter, HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestRecord.of(request).shed(ShedReason.RATE_LIMIT, request);
        pages.send(Page.TOO_MANY_REQUESTS.retryAfter(retryAfter), PageRequest.of(request), response);
    }
}
