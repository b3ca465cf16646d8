package dev.vtsbasic.proxy.message;

import dev.vtsbasic.page.PageRequest;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.ForwardedRequest;
import dev.vtsbasic.traffic.PublicOrigin;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A client's request without its body. It is read from the container once, before the request becomes asynchronous,
 * because some containers reuse the request object from then on.
 *
 * <p>It has more than five components, because each is an independent fact about one request, and only {@link #of}
 * reads them. Groups of them would not be used by themselves.
 *
 * @param method as the client sent it
 * @param target raw path, as browsers see it, and query, neither decoded nor encoded again
 * @param protocol {@code HTTP/1.1} and the like
 * @param base path at which browsers see the application; empty at the root
 * @param headers all header fields, the lines of one name in their order
 * @param contentLength of the body in bytes; -1 when unknown or there is no body
 * @param streamed whether a body of unknown length follows
 * @param clientAddress address of the other end of the connection, as the container sees it, in the form of RFC 5952;
 *     empty when the container has none
 * @param fromThisMachine whether the connection comes from this machine and the request has neither X-Forwarded-For nor
 *     Forwarded, with which a proxy would name another client
 * @param scheme {@code http} or {@code https}, as the container sees it; never HTTP/2's {@code :scheme}, which the
 *     client chooses
 * @param host value of the Host header field, empty when there are several; without one, the host that the container
 *     knows
 * @param record collects the facts about the request for the log and the metrics
 */
public record InboundRequest(
        String method,
        String target,
        String protocol,
        String base,
        List<Field> headers,
        long contentLength,
        boolean streamed,
        String clientAddress,
        boolean fromThisMachine,
        String scheme,
        String host,
        RequestRecord record) {

    private static final Pattern THIS_MACHINE =
            Pattern.compile("(?:localhost|127(?:\\.[0-9]+){3}|\\[::1])(?::[0-9]+)?", Pattern.CASE_INSENSITIVE);

    /** Returns a copy with other header fields and another record. */
    public InboundRequest with(List<Field> headers, RequestRecord record) {
        return new InboundRequest(
                method,
                target,
                protocol,
                base,
                headers,
                contentLength,
                streamed,
                clientAddress,
                fromThisMachine,
                scheme,
                host,
                record);
    }

    /** A header field. */
    public record Field(String name, String value) {}

    /**
     * Reads a request. Call this on the container's thread, before the request is made asynchronous.
     *
     * @param base path at which browsers see the application; empty at the root
     */
    public static InboundRequest of(HttpServletRequest request, String base) throws IOException {
        List<Field> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                headers.add(new Field(name, value));
            }
        }
        String query = request.getQueryString();
        String path = pathOf(request, base);
        long contentLength = request.getContentLengthLong();
        return new InboundRequest(
                request.getMethod(),
                query == null ? path : path + "?" + query,
                request.getProtocol(),
                base,
                headers,
                contentLength,
                contentLength < 0 && mayHaveBody(request),
                ForwardedRequest.peerOf(request),
                Caller.isLocalAndUnforwarded(request),
                PublicOrigin.schemeOf(request),
                PublicOrigin.hostOf(request),
                RequestRecord.of(request));
    }

    /**
     * The raw path as browsers see it: if they see the application at another path than the container does, the base
     * replaces the context path. Containers count path parameters ({@code /shop;x}) as part of the context path; those
     * of its last segment are kept behind the base, if that is not empty.
     */
    private static String pathOf(HttpServletRequest request, String base) {
        String path = request.getRequestURI();
        String contextPath = request.getContextPath();
        if (base.equals(contextPath) || !path.startsWith("/")) {
            return path;
        }
        int parameters = contextPath.indexOf(';');
        if (parameters >= 0 && base.equals(request.getServletContext().getContextPath())) {
            return path;
        }
        boolean ofLastSegment = parameters > contextPath.lastIndexOf('/');
        String kept = ofLastSegment && !base.isEmpty() ? contextPath.substring(parameters) : "";
        return base + kept + path.substring(contextPath.length());
    }

    /**
     * Whether a body of unknown length may follow. In HTTP/2 a request with a body needs neither Content-Length nor
     * Transfer-Encoding (RFC 9113 §8.1.1).
     */
    private static boolean mayHaveBody(HttpServletRequest request) throws IOException {
        if (FieldLines.of(request, "Transfer-Encoding").arePresent()) {
            return true;
        }
        if (!request.getProtocol().startsWith("HTTP/2")) {
            return false;
        }
        ServletInputStream body = request.getInputStream();
        // Tomcat knows at once whether the stream has ended. Other containers know it only after a read, so on them a
        // GET or HEAD counts as a request without a body.
        boolean known = body.getClass().getName().startsWith("org.apache.catalina.");
        boolean seldom =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        return !body.isFinished() && (known || !seldom);
    }

    /** All lines of a header field; upper and lower case in its name do not matter. */
    public FieldLines lines(String name) {
        return new FieldLines(headers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList());
    }

    /** Whether the client sends the body only after a 100 (Continue) response (RFC 9110 §10.1.1). */
    public boolean expectsContinue() {
        return lines("Expect").elements().stream().anyMatch("100-continue"::equalsIgnoreCase);
    }

    /** Whether a body that is not empty, or one of unknown length, follows. */
    public boolean hasBody() {
        return streamed || contentLength > 0;
    }

    /** Whether the method is one that every server knows (RFC 9110 §9.3, RFC 5789). */
    public boolean isOfCommonMethod() {
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> true;
            default -> false;
        };
    }

    /** Whether sending the request twice has the same effect as sending it once (RFC 9110 §9.2.2). */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
            // With this field the app recognises a repeated request.
            default -> !lines("Idempotency-Key").single().isEmpty();
        };
    }

    /**
     * The facts that a page of this server in response to the request needs.
     *
     * @param requestId id of the request in the log
     */
    public PageRequest pageRequest(String requestId) {
        return new PageRequest(
                method,
                lines("Accept").joined(),
                lines("Sec-Fetch-Dest").single(),
                isFromLocalBrowser(),
                requestId,
                record);
    }

    /**
     * Whether the request comes from a browser on this machine. This excludes more than {@link #fromThisMachine}: a
     * local proxy that does not name its client mostly speaks HTTP/1.0 or sends a field such as Via, and a website
     * whose domain name was made to resolve to this machine has that name in Host.
     */
    private boolean isFromLocalBrowser() {
        return fromThisMachine
                && !protocol.equals("HTTP/1.0")
                && headers.stream().noneMatch(field -> Caller.isFieldOfProxies(field.name()))
                && THIS_MACHINE.matcher(host).matches();
    }

    /** The path without the query, for the log, because a query may hold secrets. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
