package dev.vtsbasic.manage;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides which requests may read metrics and status, and which may change something. Safe for any number of threads.
 *
 * <p>A change needs a token. Reading needs a token too, unless the request comes from this machine or from a management
 * network, and no header field shows that a proxy forwarded it, because a proxy forwards the requests of remote
 * clients.
 *
 * <p>A proxy that adds no such field is recognised by HTTP/1.0, which nginx uses by default; one on this machine also by a
 * host that is neither localhost nor a loopback address. The check of the host also stops DNS rebinding: a page of
 * another site, in a browser on this machine or in a management network, sends requests to that site's name, which the
 * site's owner has made resolve to this server.
 */
public final class ManagementAccess {
    public static final String READ_REFUSED =
            "Only these may read this: this machine, the networks in VTS_MANAGEMENT_NETWORKS (by an address, a local name, or one"
                    + " in VTS_MANAGEMENT_HOSTS), and clients that send"
                    + " VTS_METRICS_TOKEN or VTS_MANAGEMENT_TOKEN as a bearer token; not over HTTP/1.0,"
                    + " and not through a proxy without one";

    /** RFC 9110 §11.1: the case of the scheme does not matter; §11.4: one or more spaces follow it. */
    private static final Pattern BEARER = Pattern.compile("bearer +(.*)", Pattern.CASE_INSENSITIVE);

    private static final Pattern LOOPBACK_ADDRESS =
            Pattern.compile("127(\\.[0-9]{1,3}){3}|\\[?::1]?|\\[?0:0:0:0:0:0:0:1]?");

    /**
     * Names that an attacker cannot own in the public DNS: names without a dot, and names below a domain for local use
     * (RFC 6761, RFC 6762, RFC 8375).
     */
    private static final Pattern LOCAL_NAME =
            Pattern.compile("[^.]+|.+\\.(localhost|local|internal|home\\.arpa|svc)", Pattern.CASE_INSENSITIVE);

    private final TokenThrottle throttle = TokenThrottle.create();
    private final List<String> tokens;
    private final Optional<String> metricsToken;
    private final List<IpNetwork> networks;
    private final List<String> hosts;

    /**
     * @param tokens bearer tokens that allow reading and changing
     * @param metricsToken bearer token that allows reading only
     * @param networks networks from which requests may read without a token
     * @param hosts host names, in lower case, that requests from these networks may be for, besides addresses and local
     *     names
     */
    public ManagementAccess(
            List<String> tokens, Optional<String> metricsToken, List<IpNetwork> networks, List<String> hosts) {
        this.tokens = tokens;
        this.metricsToken = metricsToken;
        this.networks = networks;
        this.hosts = hosts;
    }

    /** Whether the request may change something. It needs a bearer token, because a client's address proves nothing. */
    public boolean mayChange(HttpServletRequest request) {
        String token = bearerToken(request);
        return isKnown(request, token) && mayChange(token);
    }

    /** Whether a token that {@link #mayRead(HttpServletRequest, String)} accepts also allows changing something. */
    public boolean mayChange(String token) {
        return isOneOf(tokens, token);
    }

    /**
     * Whether the token allows reading. After many wrong tokens of a client, this may wait for a second before it
     * checks one.
     *
     * @param request request that brought the token, in a header field or in a form
     */
    public boolean mayRead(HttpServletRequest request, String token) {
        return isKnown(request, token);
    }

    /**
     * Whether the request may read: by its bearer token, or without one by its address, its host and its header fields.
     */
    public boolean mayRead(HttpServletRequest request) {
        return mayRead(request, bearerToken(request))
                || Collections.list(request.getHeaderNames()).stream().noneMatch(Caller::isFieldOfProxies)
                        && isNear(request);
    }

    /** Every token is checked here, so that a client's guesses in header fields and in forms count together. */
    private boolean isKnown(HttpServletRequest request, String token) {
        if (token.isEmpty()) {
            return false;
        }
        String client = RequestRecord.of(request).caller(request).address();
        throttle.delayIfThrottled(client);
        boolean known = isOneOf(tokens, token) | isOneOf(metricsToken.stream().toList(), token);
        if (!known) {
            throttle.recordFailure(client);
        }
        return known;
    }

    private boolean isNear(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        String host = request.getServerName();
        if (request.getProtocol().equals("HTTP/1.0")) {
            // nginx uses HTTP/1.0 by default, and by default it does not name the client for which it asks.
            return false;
        }
        return Caller.comesFromThisMachine(request) && isThisMachinesName(host)
                || isTrustedName(host) && networks.stream().anyMatch(network -> network.contains(peer));
    }

    private boolean isTrustedName(String host) {
        return IpNetwork.isAddress(host)
                || LOCAL_NAME.matcher(host).matches()
                || hosts.contains(host.toLowerCase(Locale.ROOT));
    }

    private static boolean isThisMachinesName(String host) {
        return host.equalsIgnoreCase("localhost")
                || LOOPBACK_ADDRESS.matcher(host).matches();
    }

    /** Empty unless there is exactly one Authorization line, with the scheme Bearer. */
    private static String bearerToken(HttpServletRequest request) {
        Matcher credentials =
                BEARER.matcher(FieldLines.of(request, "Authorization").single());
        return credentials.matches() ? credentials.group(1) : "";
    }

    /** Compares in constant time, so that the response time does not show how much of a token is right. */
    private static boolean isOneOf(List<String> tokens, String sent) {
        byte[] octets = sent.getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (String token : tokens) {
            found |= MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), octets);
        }
        return found;
    }
}
