package dev.vtsbasic.syntax;

import dev.vtsbasic.settings.Authority;
import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the syntax of a request (RFC 9110 §5.5, §9.1; RFC 9112 §3, §6) after the container's parser, which may let
 * more pass. Two readers of a malformed request may read two different requests.
 */
final class RequestSyntax {
    private static final Pattern PROTOCOL = Pattern.compile("HTTP/(?:1\\.[0-9]|[23](?:\\.0)?)");
    private static final Pattern HOST =
            Pattern.compile("(?<name>[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{0,5}))?");
    private static final Pattern LENGTH = Pattern.compile("0*[0-9]{1,18}");
    private static final int MAX_PORT = 65_535;

    private final HttpServletRequest request;

    private RequestSyntax(HttpServletRequest request) {
        this.request = request;
    }

    /** The fault of a request, as a sentence for the client; empty if the request is valid. */
    static Optional<String> problemOf(HttpServletRequest request) {
        RequestSyntax syntax = new RequestSyntax(request);
        return syntax.problemOfRequestLine()
                .or(syntax::problemOfFields)
                .or(syntax::problemOfHost)
                .or(syntax::problemOfFraming);
    }

    private Optional<String> problemOfRequestLine() {
        String protocol = request.getProtocol();
        if (protocol == null || !PROTOCOL.matcher(protocol).matches()) {
            return Optional.of("The request line names no version of HTTP that this server speaks.");
        }
        if (request.getMethod() == null || !FieldSyntax.isToken(request.getMethod())) {
            return Optional.of("The method of the request is not a token.");
        }
        return isTarget() ? Optional.empty() : Optional.of("The target of the request is not a path, or not encoded.");
    }

    private boolean isTarget() {
        String path = request.getRequestURI();
        String query = request.getQueryString();
        if (path == null || query != null && !isVisible(query)) {
            return false;
        }
        // A backslash is refused, because an app's URL parser reads it as a slash.
        boolean ofPath = path.startsWith("/") && isVisible(path) && path.indexOf('\\') < 0;
        return ofPath
                || path.equals("*") && query == null && request.getMethod().equals("OPTIONS");
    }

    /**
     * Whether the text has visible ASCII characters only, without {@code #}. RFC 3986 allows fewer characters, but
     * browsers leave many of the others unencoded.
     */
    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#');
    }

    private Optional<String> problemOfFields() {
        for (String name : Collections.list(request.getHeaderNames())) {
            if (!FieldSyntax.isToken(name)) {
                return Optional.of("The name of a header field is not a token.");
            }
            for (String value : valuesOf(name)) {
                if (!FieldSyntax.isValue(value)) {
                    return Optional.of("A control character is in the field " + name + ".");
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> problemOfHost() {
        List<String> hosts = valuesOf("Host");
        // HTTP/1.0 does not require Host, and HTTP/2 has :authority instead.
        if (hosts.size() > 1 || hosts.isEmpty() && isOfHttp1() && !isOfHttp10()) {
            return Optional.of("A request has exactly one Host field.");
        }
        boolean known = hosts.isEmpty() ? isOfHttp1() || isServerKnown() : isHost(hosts.get(0));
        return known
                ? Optional.empty()
                : Optional.of("The Host field is not a host name or address with an optional port.");
    }

    /** The container has read the server's name and port from {@code :authority}; Tomcat accepts any number as port. */
    private boolean isServerKnown() {
        int port = request.getServerPort();
        return port >= 0 && port <= MAX_PORT && isName(request.getServerName());
    }

    private static boolean isHost(String host) {
        Matcher parts = HOST.matcher(host);
        if (!parts.matches()) {
            return false;
        }
        String port = parts.group("port");
        boolean known = port == null || port.isEmpty() || Integer.parseInt(port) <= MAX_PORT;
        return known && isName(parts.group("name"));
    }

    /** Accepts an IPv6 address with and without brackets, because containers write both. */
    private static boolean isName(String host) {
        return host.indexOf(':') < 0 ? Authority.isName(host) : IpNetwork.isAddress(host);
    }

    /** Checks that the end of the body is unambiguous (RFC 9112 §6.1, §6.3). */
    private Optional<String> problemOfFraming() {
        List<String> codings = elementsOf("Transfer-Encoding");
        boolean coded = !valuesOf("Transfer-Encoding").isEmpty();
        List<String> lengths = valuesOf("Content-Length");
        boolean known = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        if (coded && (!known || isOfHttp10() || !isOfHttp1())) {
            return Optional.of("The Transfer-Encoding is not the one that this server knows, chunked.");
        }
        if (coded && !lengths.isEmpty()) {
            return Optional.of("A body has a Content-Length or a Transfer-Encoding, not both.");
        }
        // RFC 9110 §8.6 allows a server to merge equal values, but containers fail when they are asked for that length.
        boolean one =
                lengths.size() == 1 && LENGTH.matcher(lengths.get(0).strip()).matches();
        return !lengths.isEmpty() && !one ? Optional.of("The Content-Length is not one number.") : Optional.empty();
    }

    private boolean isOfHttp10() {
        return request.getProtocol().equals("HTTP/1.0");
    }

    private boolean isOfHttp1() {
        return request.getProtocol().startsWith("HTTP/1.");
    }

    private List<String> valuesOf(String name) {
        return Collections.list(request.getHeaders(name));
    }

    private List<String> elementsOf(String name) {
        List<String> elements = new ArrayList<>();
        for (String value : valuesOf(name)) {
            for (String element : value.split(",", -1)) {
                elements.add(element.strip());
            }
        }
        return elements;
    }
}
