package dev.vtsbasic.bun.process;

import java.io.File;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Selects the environment variables of this JVM that a worker gets: those that every program needs, and those that the
 * operator names.
 *
 * <p>A worker does not get all of them, because they may hold the secrets of other programs in the same servlet
 * container. The operator also has to name variables that change what Bun runs, such as {@code BUN_OPTIONS} and {@code
 * NODE_OPTIONS}.
 */
final class WorkerEnvironment {
    private static final List<String> EVERYWHERE = List.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "LANG",
            "LC_*",
            "TZ",
            "TMPDIR",
            "NODE_ENV",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy");

    private static final List<String> ON_WINDOWS = List.of(
            "SystemRoot",
            "SystemDrive",
            "windir",
            "ComSpec",
            "PATHEXT",
            "TEMP",
            "TMP",
            "USERPROFILE",
            "APPDATA",
            "LOCALAPPDATA",
            "ProgramData",
            "NUMBER_OF_PROCESSORS",
            "PROCESSOR_ARCHITECTURE");

    private static final boolean WINDOWS = File.separatorChar == '\\';

    private WorkerEnvironment() {}

    /**
     * Never passes {@code VTS_*}. {@code NODE_ENV} is {@code production} unless this JVM's environment has another
     * value.
     *
     * @param host this JVM's environment
     * @param named further variables to pass: names, or prefixes that end in {@code *}
     */
    static Map<String, String> of(Map<String, String> host, List<String> named) {
        Map<String, String> environment = new HashMap<>(host);
        environment
                .keySet()
                .removeIf(name -> normalized(name).startsWith("VTS_")
                        || Stream.of(EVERYWHERE, WINDOWS ? ON_WINDOWS : List.<String>of(), named)
                                .flatMap(List::stream)
                                .noneMatch(pattern -> matches(normalized(pattern), normalized(name))));
        environment.putIfAbsent("NODE_ENV", "production");
        return environment;
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    /** Windows ignores case in the names of variables. */
    private static String normalized(String name) {
        return WINDOWS ? name.toUpperCase(Locale.ROOT) : name;
    }
}
