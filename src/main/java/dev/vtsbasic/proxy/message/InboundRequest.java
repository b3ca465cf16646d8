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
 * What a client asked, read from the container once, before anything else happens: some containers reuse the request
 * object as soon as another thread looks at it.
 *
 * @param method as the client sent it
 * @param target raw path, as browsers see it, and query, neither decoded nor encoded again
 * @param protocol {@code HTTP/1.1} and the like
 * @param base path at which browsers see the application; empty at the root
 * @param headers all header fields in their order
 * @param contentLength of the body in bytes; -1 when unknown or there is none
 * @param streamed whether a body of unknown length follows
 * @param clientAddress address of the client, as the container sees it, by RFC 5952
 * @param fromThisMachine whether it was made on this machine and for nobody else: a proxy would have said for whom
 * @param scheme {@code http} or {@code https}, as the container sees it; never the client's word for it
 * @param host value of the Host header field, or the name the container knows itself by
 * @param record what is noted of it
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

    /** The same but for these. */
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
                Caller.isOfThisMachine(request),
                PublicOrigin.schemeOf(request),
                PublicOrigin.hostOf(request),
                RequestRecord.of(request));
    }

    /**
     * Where the application is not where browsers see it, its path is taken off and theirs put in its place. The container
     * counts path parameters ({@code /shop;x}) to the application's path; they stay.
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

    /** HTTP/2 needs neither a length nor a transfer coding to say that a body follows (RFC 9113 §8.1.1). */
    private static boolean mayHaveBody(HttpServletRequest request) throws IOException {
        if (FieldLines.of(request, "Transfer-Encoding").arePresent()) {
            return true;
        }
        if (!request.getProtocol().startsWith("HTTP/2")) {
            return false;
        }
        ServletInputStream body = request.getInputStream();
        // Tomcat knows at once whether the stream has ended; others see that only when they read.
        boolean known = body.getClass().getName().startsWith("org.apache.catalina.");
        boolean seldom =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        return !body.isFinished() && (known || !seldom);
    }

    /** The lines of a field. */
    public FieldLines lines(String name) {
        return new FieldLines(headers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList());
    }

    /** Whether the client waits with its body until it is told that somebody takes it (RFC 9110 §10.1.1). */
    public boolean expectsContinue() {
        return lines("Expect").elements().stream().anyMatch("100-continue"::equalsIgnoreCase);
    }

    public boolean hasBody() {
        return streamed || contentLength > 0;
    }

    /** Whether each server knows its method (RFC 9110 §9.3, RFC 5789). */
    public boolean isOfCommonMethod() {
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> true;
            default -> false;
        };
    }

    /** RFC 9110 §9.2.2: asking twice does no more than asking once. */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
            // Its sender has seen to it that the app knows a repetition.
            default -> !lines("Idempotency-Key").single().isEmpty();
        };
    }

    /**
     * What a page that answers this request has to know of it.
     *
     * @param requestId names it in the log
     */
    public PageRequest pageRequest(String requestId) {
        return new PageRequest(
                method,
                lines("Accept").joined(),
                lines("Sec-Fetch-Dest").single(),
                isOfPersonHere(),
                requestId,
                record);
    }

    /**
     * Whether it comes from a browser on this machine. A proxy here that does not say for whom it asks mostly speaks
     * HTTP/1.0 or names itself; a site that has its name lead here asks for that name.
     */
    private boolean isOfPersonHere() {
        return fromThisMachine
                && !protocol.equals("HTTP/1.0")
                && headers.stream().noneMatch(field -> Caller.isFieldOfProxies(field.name()))
                && THIS_MACHINE.matcher(host).matches();
    }

    /** The path without the query, for the log: a query may hold secrets. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
