package dev.vtsbasic.settings;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the environment variables that Kubernetes sets in a container for each service of its namespace, unless
 * {@code enableServiceLinks} is false. The variables of a service named {@code vts} or {@code vts-basic} look like
 * settings: {@code VTS_PORT=tcp://10.0.0.1:80}.
 */
final class ServiceLinks {
    private static final Pattern PORT = Pattern.compile("(.+)_PORT");
    private static final Pattern URL = Pattern.compile("(?:tcp|udp|sctp)://[^/]+:[0-9]+");
    private static final Pattern REST = Pattern.compile("_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT"
            + "|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)");

    private ServiceLinks() {}

    /**
     * The names of these variables. A service is recognised by its variable {@code …_PORT}, which holds a URL, because
     * no setting with such a name accepts a URL.
     */
    static Set<String> namesIn(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(variable -> URL.matcher(variable.getValue()).matches())
                .map(variable -> PORT.matcher(variable.getKey()))
                .filter(Matcher::matches)
                .map(name -> name.group(1))
                .flatMap(service -> environment.keySet().stream()
                        .filter(name -> name.startsWith(service))
                        .filter(name ->
                                REST.matcher(name.substring(service.length())).matches()))
                .collect(Collectors.toSet());
    }
}
