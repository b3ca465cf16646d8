package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.syntax.HttpDate;
import dev.vtsbasic.traffic.FieldLines;
import java.time.Instant;
import java.util.Iterator;
import org.apache.hc.client5.http.validator.ETag;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.http.message.HeaderGroup;
import org.apache.hc.core5.http.message.MessageSupport;

/** Evaluates a client's conditions for a stored response (RFC 9110 §13.2.2, RFC 9111 §4.3.2). */
final class ConditionalRequest {
    private ConditionalRequest() {}

    /** Whether the client's conditions say that it has the stored response already. */
    static boolean isNotModified(InboundRequest request, MessageHeaders stored) {
        // An If-None-Match without a tag matches nothing (RFC 9110 §13.1.2), and If-Modified-Since is ignored beside it
        // (§13.1.3).
        FieldLines tags = request.lines("If-None-Match");
        return tags.arePresent() ? matches(tags, stored) : isOlder(stored, request);
    }

    private static boolean matches(FieldLines tags, MessageHeaders stored) {
        Header own = stored.getFirstHeader("ETag");
        ETag tag = own == null ? null : tag(own.getValue());
        HeaderGroup list = new HeaderGroup();
        list.addHeader(new BasicHeader("If-None-Match", tags.joined()));
        Iterator<String> tokens = MessageSupport.iterateTokens(list, "If-None-Match");
        while (tokens.hasNext()) {
            String token = tokens.next();
            if (token.equals("*") || tag != null && ETag.weakCompare(tag, tag(token))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOlder(MessageHeaders stored, InboundRequest request) {
        String date = request.lines("If-Modified-Since").single();
        // RFC 9111 §4.3.2: the Date stands in for a Last-Modified that is missing.
        Header modified = stored.getFirstHeader(stored.containsHeader("Last-Modified") ? "Last-Modified" : "Date");
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
}
