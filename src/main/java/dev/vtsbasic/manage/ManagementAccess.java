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
 * Who may look at what is managed, and who may change it.
 *
 * <p>Where a request comes from counts for looking only, and not when a proxy passed it on, which speaks for strangers. A
 * proxy on this machine that says nothing of that is known by HTTP/1.0, as nginx with nothing set, or by the name of the
 * host it was asked for; so is a stranger's page in a browser here, or in one of those networks, whose own name its owner has
 * made lead to this server (DNS rebinding).
 */
public final class ManagementAccess {
    public static final String WHO_MAY_READ =
            "This is for this machine, the networks in VTS_MANAGEMENT_NETWORKS (asked for by an address, a local name, or one"
                    + " in VTS_MANAGEMENT_HOSTS), and who sends"
                    + " VTS_METRICS_TOKEN or VTS_MANAGEMENT_TOKEN as a bearer token; not for who asks through a proxy without one";

    /** RFC 9110 §11.1, §11.4: the scheme may be in capitals or not, and spaces follow. */
    private static final Pattern BEARER = Pattern.compile("bearer +(.*)", Pattern.CASE_INSENSITIVE);

    private static final Pattern THIS_MACHINE =
            Pattern.compile("127(\\.[0-9]{1,3}){3}|\\[?::1]?|\\[?0:0:0:0:0:0:0:1]?");

    /** Names that no stranger can have in DNS: of one label, and below what is reserved for local use (RFC 6761, 6762, 8375). */
    private static final Pattern LOCAL_NAME =
            Pattern.compile("[^.]+|.+\\.(localhost|local|internal|home\\.arpa|svc)", Pattern.CASE_INSENSITIVE);

    private final TokenThrottle throttle = TokenThrottle.create();
    private final List<String> tokens;
    private final Optional<String> metricsToken;
    private final List<IpNetwork> networks;
    private final List<String> hosts;

    /**
     * @param tokens bearer tokens of who may do all there is
     * @param metricsToken of who may look
     * @param networks whose computers may look
     * @param hosts names by which these may ask, besides addresses and local names; in lower case
     */
    public ManagementAccess(
            List<String> tokens, Optional<String> metricsToken, List<IpNetwork> networks, List<String> hosts) {
        this.tokens = tokens;
        this.metricsToken = metricsToken;
        this.networks = networks;
        this.hosts = hosts;
    }

    /** Whether the client may change something: where it seems to be proves nothing. */
    public boolean mayChange(HttpServletRequest request) {
        String token = bearerToken(request);
        return isKnown(request, token) && mayChange(token);
    }

    /** Whether a token of who may look is one of who may change something as well. */
    public boolean mayChange(String token) {
        return isOneOf(tokens, token);
    }

    /** Whether the token, which came with the request, is one of who may look. */
    public boolean mayRead(HttpServletRequest request, String token) {
        return isKnown(request, token);
    }

    public boolean mayRead(HttpServletRequest request) {
        return mayRead(request, bearerToken(request))
                || Collections.list(request.getHeaderNames()).stream().noneMatch(Caller::isFieldOfProxies)
                        && isNear(request);
    }

    /** All tokens are looked at here, wherever they came in a request, so that all guesses of a client count together. */
    private boolean isKnown(HttpServletRequest request, String token) {
        if (token.isEmpty()) {
            return false;
        }
        String client = RequestRecord.of(request).caller(request).address();
        throttle.awaitTurn(client);
        boolean known = isOneOf(tokens, token) | isOneOf(metricsToken.stream().toList(), token);
        if (!known) {
            throttle.wrong(client);
        }
        return known;
    }

    private boolean isNear(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        String host = request.getServerName();
        if (request.getProtocol().equals("HTTP/1.0")) {
            // It is how nginx asks when nothing is set, which then says of nobody for whom.
            return false;
        }
        return Caller.comesFromThisMachine(request) && isThisMachinesName(host)
                || isNoStrangersName(host) && networks.stream().anyMatch(network -> network.contains(peer));
    }

    private boolean isNoStrangersName(String host) {
        return IpNetwork.isAddress(host)
                || LOCAL_NAME.matcher(host).matches()
                || hosts.contains(host.toLowerCase(Locale.ROOT));
    }

    private static boolean isThisMachinesName(String host) {
        return host.equalsIgnoreCase("localhost") || THIS_MACHINE.matcher(host).matches();
    }

    /** Empty when there is none. */
    private static String bearerToken(HttpServletRequest request) {
        Matcher credentials =
                BEARER.matcher(FieldLines.of(request, "Authorization").single());
        return credentials.matches() ? credentials.group(1) : "";
    }

    /** Takes as long for a token that is nearly right as for any other. */
    private static boolean isOneOf(List<String> tokens, String sent) {
        byte[] octets = sent.getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (String token : tokens) {
            found |= MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), octets);
        }
        return found;
    }
}
