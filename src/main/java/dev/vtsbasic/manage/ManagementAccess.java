package dev.vtsbasic.manage;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.FieldLines;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may look at what is managed, and who may change it.
 *
 * <p>Where a request comes from counts for looking only, and not when a proxy passed it on, which speaks for strangers. A
 * proxy on this machine that says nothing of that is known by HTTP/1.0, as nginx with nothing set, or by the name of the
 * host it was asked for; so is a stranger's page in a browser here.
 */
public final class ManagementAccess {
    public static final String WHO_MAY_READ =
            "This is for this machine, the networks in VTS_MANAGEMENT_NETWORKS, and who sends"
                    + " VTS_METRICS_TOKEN or VTS_MANAGEMENT_TOKEN as a bearer token; not for who asks through a proxy without one";

    /** RFC 9110 §11.1, §11.4: the scheme may be in capitals or not, and spaces follow. */
    private static final Pattern BEARER = Pattern.compile("bearer +(.*)", Pattern.CASE_INSENSITIVE);

    private static final Pattern THIS_MACHINE =
            Pattern.compile("127(\\.[0-9]{1,3}){3}|\\[?::1]?|\\[?0:0:0:0:0:0:0:1]?");

    private final List<String> tokens;
    private final Optional<String> metricsToken;
    private final List<IpNetwork> networks;

    /**
     * @param tokens bearer tokens of who may do all there is
     * @param metricsToken of who may look
     * @param networks whose computers may look
     */
    public ManagementAccess(List<String> tokens, Optional<String> metricsToken, List<IpNetwork> networks) {
        this.tokens = tokens;
        this.metricsToken = metricsToken;
        this.networks = networks;
    }

    /** Whether the client may change something: where it seems to be proves nothing. */
    public boolean mayChange(HttpServletRequest request) {
        return mayChange(bearerToken(request));
    }

    /** Whether the token is one of who may change something. */
    public boolean mayChange(String token) {
        return isOneOf(tokens, token);
    }

    /** Whether the token is one of who may look. */
    public boolean mayRead(String token) {
        return isOneOf(tokens, token) | isOneOf(metricsToken.stream().toList(), token);
    }

    public boolean mayRead(HttpServletRequest request) {
        return mayRead(bearerToken(request))
                || Collections.list(request.getHeaderNames()).stream().noneMatch(Caller::isFieldOfProxies)
                        && isNear(request);
    }

    private boolean isNear(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        return Caller.comesFromThisMachine(request)
                        && isThisMachinesName(request.getServerName())
                        && !request.getProtocol().equals("HTTP/1.0")
                || networks.stream().anyMatch(network -> network.contains(peer));
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
