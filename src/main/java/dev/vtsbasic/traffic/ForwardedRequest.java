package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request as the client made it to the outermost trusted proxy or, without a trusted proxy, as it arrived here.
 *
 * <p>A proxy describes the request in X-Forwarded-For, -Proto, -Host and -Port or in Forwarded (RFC 7239). If one of
 * the X-Forwarded fields is present, Forwarded is ignored, because a proxy that knows only these passes on a Forwarded
 * that the client wrote.
 *
 * @param clientAddress in the form of RFC 5952; empty when the container has none
 * @param origin the scheme, host and port that the client used
 * @param forwardedFor the text in front of this server's element of X-Forwarded-For; empty for none
 * @param forwarded the text in front of this server's element of Forwarded; empty for none
 */
public record ForwardedRequest(String clientAddress, PublicOrigin origin, String forwardedFor, String forwarded) {

    public static ForwardedRequest of(HttpServletRequest request, List<IpNetwork> trustedProxies) {
        String peer = peerOf(request);
        PublicOrigin origin = PublicOrigin.of(request);
        if (!isIn(trustedProxies, peer)) {
            return new ForwardedRequest(peer, origin, "", "");
        }
        String forwardedFor = joined(request, "X-Forwarded-For");
        List<String> nodes = nodes(forwardedFor);
        List<String> protos = list(request, "X-Forwarded-Proto");
        List<String> hosts = list(request, "X-Forwarded-Host");
        List<String> ports = list(request, "X-Forwarded-Port");
        if (forwardedFor.isEmpty() && protos.isEmpty() && hosts.isEmpty() && ports.isEmpty()) {
            return ofForwarded(request, peer, origin, trustedProxies);
        }
        List<ForwardedElement> elements = new ArrayList<>();
        for (int i = 0; i < Math.max(1, nodes.size()); i++) {
            elements.add(new ForwardedElement(
                    nodes.isEmpty() ? "" : nodes.get(i),
                    at(i, protos, nodes),
                    at(i, hosts, nodes),
                    at(i, ports, nodes)));
        }
        Outermost outermost = Outermost.of(elements, peer, trustedProxies);
        PublicOrigin seen = origin.as(outermost.element());
        return new ForwardedRequest(
                outermost.client(),
                seen,
                nodes.isEmpty() ? "" : forwardedFor,
                nodes.isEmpty() ? "" : written(outermost.from(elements), seen));
    }

    private static ForwardedRequest ofForwarded(
            HttpServletRequest request, String peer, PublicOrigin origin, List<IpNetwork> trustedProxies) {
        List<ForwardedElement> elements = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String line : Collections.list(request.getHeaders("Forwarded"))) {
            Optional<List<ForwardedElement>> parsed = ForwardedElement.parse(line);
            if (parsed.isPresent()) {
                lines.add(line.strip());
                elements.addAll(parsed.get());
            } else {
                // The elements to the left may be part of a quoted string that the client has begun.
                lines.clear();
                elements.clear();
            }
        }
        if (elements.isEmpty()) {
            return new ForwardedRequest(peer, origin, "", "");
        }
        Outermost outermost = Outermost.of(elements, peer, trustedProxies);
        String forwardedFor = outermost.from(elements).stream()
                .map(ForwardedElement::nodeName)
                .filter(IpNetwork::isAddress)
                .map(IpNetwork::canonical)
                .collect(Collectors.joining(", "));
        return new ForwardedRequest(
                outermost.client(), origin.as(outermost.element()), forwardedFor, String.join(", ", lines));
    }

    /**
     * The outermost trusted proxy.
     *
     * @param element the description that it gives
     * @param index the position of that element
     * @param client the address of the client, or the outermost one that is known. The elements to the left of an
     *     address that is not a trusted proxy's are ignored, because the client at that address may have invented them.
     */
    private record Outermost(ForwardedElement element, int index, String client) {
        static Outermost of(List<ForwardedElement> elements, String peer, List<IpNetwork> trustedProxies) {
            String client = peer;
            int index = elements.size();
            boolean goesOn = true;
            while (goesOn && index > 0) {
                index--;
                String node = elements.get(index).nodeName();
                boolean known = IpNetwork.isAddress(node);
                client = known ? IpNetwork.canonical(node) : client;
                goesOn = known && isIn(trustedProxies, node);
            }
            return new Outermost(elements.get(index), index, client);
        }

        List<ForwardedElement> from(List<ForwardedElement> elements) {
            return elements.subList(index, elements.size());
        }
    }

    /**
     * The address of the other end of the connection, as the container sees it, in the form of RFC 5952; empty when the
     * container has none.
     */
    public static String peerOf(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (peer == null) {
            return "";
        }
        return peer.indexOf(':') < 0 ? peer : IpNetwork.canonical(peer);
    }

    /**
     * Writes elements of X-Forwarded-For in the form of Forwarded. Only the first one gets the host and the scheme,
     * because only its proxy has reported them.
     */
    private static String written(List<ForwardedElement> elements, PublicOrigin origin) {
        String others = elements.stream()
                .skip(1)
                .map(element -> ", " + forwardedNode(element.nodeName()))
                .collect(Collectors.joining());
        return forwardedElement(elements.get(0).nodeName(), origin) + others;
    }

    /** Writes one element of Forwarded, with {@code for=unknown} when {@code address} is no address. */
    public static String forwardedElement(String address, PublicOrigin origin) {
        String host = origin.host();
        String quoted = host.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                ? host
                : '"' + host.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        return forwardedNode(address) + ";host=" + quoted + ";proto=" + origin.scheme();
    }

    private static String forwardedNode(String address) {
        if (!IpNetwork.isAddress(address)) {
            return "for=unknown";
        }
        String canonical = IpNetwork.canonical(address);
        return canonical.contains(":") ? "for=\"[" + canonical + "]\"" : "for=" + canonical;
    }

    /**
     * Commas at the end separate nothing; an empty element in between stands for a proxy that did not know its client.
     */
    private static List<String> nodes(String forwardedFor) {
        return forwardedFor.isEmpty()
                ? List.of()
                : Stream.of(forwardedFor.split(",")).map(String::strip).toList();
    }

    /** Returns the element beside the node at {@code index}, or the first one when the lists differ in length. */
    private static String at(int index, List<String> list, List<String> nodes) {
        if (list.isEmpty()) {
            return "";
        }
        return list.get(list.size() == nodes.size() ? index : 0);
    }

    private static List<String> list(HttpServletRequest request, String name) {
        return Stream.of(joined(request, name).split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    private static String joined(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name)).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private static boolean isIn(List<IpNetwork> networks, String address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
