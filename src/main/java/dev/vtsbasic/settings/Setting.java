package dev.vtsbasic.settings;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One setting: its name, its default, what values it allows, what it is for. The constants are the whole list; {@code
 * docs/configuration.md} shows the same, and a test compares them.
 *
 * @param <T> the type of its value
 */
final class Setting<T> {
    private static final List<Setting<?>> ALL = new ArrayList<>();

    /** In milliseconds it fits into an int, which some of those want who wait. */
    private static final Duration MAX_DURATION = Duration.ofHours(500);

    private static final String MASK = "***";
    private static final long MAX_SIZE = 1L << 40;
    private static final int MAX_WORKERS = 100;

    static final Setting<Integer> PORT =
            number("vts.port", "3000", 0, 65535, "port of the embedded server; 0 takes any free one");
    static final Setting<String> ADDRESS = address("vts.address", "0.0.0.0", "address the embedded server listens on");
    static final Setting<String> CONTEXT_PATH = new Setting<>(
            "vts.context-path",
            "/",
            "/ or a path such as /shop or /apps/front",
            "path at which the embedded server has the application",
            UrlPath::ofContext);
    static final Setting<Optional<String>> PUBLIC_PATH = new Setting<>(
            "vts.public-path",
            "",
            "/ or a path such as /shop",
            "path at which browsers see the application, where a proxy takes it off or puts another in its place;"
                    + " without it the context path",
            text -> text.isEmpty() ? Optional.empty() : Optional.of(UrlPath.of(text)));
    static final Setting<Optional<Path>> TLS_CERT = path(
            "vts.tls-cert",
            "certificate chain of the embedded server (PEM): it then speaks TLS; read again when it changes");
    static final Setting<Optional<Path>> TLS_KEY = path("vts.tls-key", "private key of that certificate (PEM)");
    static final Setting<Optional<Path>> APP_DIR =
            path("vts.app-dir", "a build to serve instead of the one in the WAR: a directory with client/ and server/");
    static final Setting<Optional<Path>> APP_CWD = path(
            "vts.app-cwd",
            "directory that the app runs in and finds relative file names from; without it that of VTS_APP_DIR, or, where"
                    + " that is a link, the one that holds the link; the one the server was started in with the app in the WAR");
    static final Setting<Validation> VALIDATE = choice(
            "vts.validate",
            "fail",
            Validation.class,
            "what happens at the start when the server build names assets that the client build does not have");
    static final Setting<List<AssetRule>> ASSET_RULES = new Setting<>(
            "vts.asset-rules",
            "",
            "globs with a Cache-Control each, such as /fonts/**=public, max-age=86400; /data/*.json=no-store; /**.map=hidden",
            "Cache-Control of static files, the first that matches; what matches none is immutable in /assets/, else no-cache;"
                    + " hidden ones are not served",
            AssetRule::list);
    static final Setting<Long> ASSET_MEMORY =
            size("vts.asset-memory", "32m", "how much of the static files is kept in memory, the shortest first");
    static final Setting<Optional<Path>> ASSET_ARCHIVE = path(
            "vts.asset-archive",
            "directory that keeps the hashed assets of earlier builds, for pages that are still open; instances may share it");
    static final Setting<Integer> ASSET_ARCHIVE_BUILDS =
            number("vts.asset-archive-builds", "10", 1, 1000, "how many builds it keeps at most");
    static final Setting<Duration> ASSET_ARCHIVE_AGE = duration(
            "vts.asset-archive-age", "336h", "how long it keeps a build after another one has taken its place");
    static final Setting<Optional<Path>> BUN =
            path("vts.bun", "path of the bun binary; without it the one in the WAR, else the one on the PATH");
    static final Setting<BunTransport> BUN_TRANSPORT = choice(
            "vts.bun-transport",
            "unix",
            BunTransport.class,
            "how requests reach Bun: a Unix socket in a private directory, or TCP on 127.0.0.1");
    static final Setting<List<String>> WORKER_ENV = new Setting<>(
            "vts.worker-env",
            "",
            "names or prefixes such as DATABASE_URL, APP_*, separated by commas; * for all",
            "variables of the environment that the app sees, besides a few that every program needs",
            Setting::variables);
    static final Setting<Integer> WORKER_NICE =
            number("vts.worker-nice", "0", 0, 19, "how much Bun gives way to other processes that want the processor");
    static final Setting<Optional<URI>> UPSTREAM = new Setting<>(
            "vts.upstream",
            "",
            "a URL such as http://127.0.0.1:8081",
            "a server that someone else runs, to forward to instead of running Bun",
            text -> text.isEmpty() ? Optional.empty() : Optional.of(httpUri(text)),
            text -> text.replaceFirst("//[^/]*@", "//" + MASK + "@"));
    static final Setting<Integer> WORKERS = new Setting<>(
            "vts.workers",
            "1",
            "a number from 1 to 100, or auto: one for each processor",
            "how many Bun workers run the app",
            text -> workers(text, Runtime.getRuntime().availableProcessors()));
    static final Setting<Duration> HANG_TIMEOUT = duration(
            "vts.hang-timeout",
            "5s",
            "how long a worker's event loop may answer nothing until it is killed and replaced; 0s: for ever");
    static final Setting<Long> WORKER_MAX_MEMORY =
            size("vts.worker-max-memory", "0", "resident memory above which a worker is replaced; 0: any");
    static final Setting<Duration> WORKER_MAX_AGE = duration(
            "vts.worker-max-age", "0s", "age at which a worker is replaced, up to a fifth later by chance; 0s: never");
    static final Setting<Integer> WORKER_MAX_REQUESTS = number(
            "vts.worker-max-requests",
            "0",
            0,
            Integer.MAX_VALUE,
            "how many requests a worker gets until it is replaced, up to a fifth more by chance; 0: any number");
    static final Setting<Integer> BUN_PORT =
            number("vts.bun-port", "0", 0, 65535, "Bun's port when the transport is tcp; 0 takes any free one");
    static final Setting<String> READY_PATH = text(
            "vts.ready-path",
            "/",
            "/[!-~]*",
            "a path that starts with /",
            "path asked of Bun, below the context path, to see that it answers; any status below 500 will do");
    static final Setting<Duration> STARTUP_TIMEOUT =
            duration("vts.startup-timeout", "15s", "how long Bun may take until it answers");
    static final Setting<Duration> HOLD_TIMEOUT =
            duration("vts.hold-timeout", "30s", "how long a request waits while no Bun worker is ready");
    static final Setting<Integer> HOLD_QUEUE = number(
            "vts.hold-queue",
            "1000",
            0,
            1_000_000,
            "how many requests may wait while no Bun worker is ready; more are answered with 503 at once");
    static final Setting<Duration> CONNECT_TIMEOUT =
            duration("vts.connect-timeout", "5s", "how long a connection to Bun may take");
    static final Setting<Duration> RESPONSE_TIMEOUT = duration(
            "vts.response-timeout", "60s", "how long Bun may be silent, before its answer and within it; 0s: for ever");
    static final Setting<Long> MAX_BODY = size(
            "vts.max-body", "0", "longest request body that is forwarded; a longer one is answered with 413; 0: any");
    static final Setting<Duration> HEADER_TIMEOUT = duration(
            "vts.header-timeout",
            "30s",
            "how long a client of the embedded server may take to send a request up to its body; 0s: for ever");
    static final Setting<Optional<Path>> MAINTENANCE = path(
            "vts.maintenance",
            "while this file is there, nothing reaches the app: people get a page with its text, if it has any");
    static final Setting<Optional<Rate>> RATE_LIMIT = rate(
            "vts.rate-limit", "how many requests of all clients together reach the app; more are answered with 429");
    static final Setting<Optional<Rate>> RATE_LIMIT_PER_CLIENT = rate(
            "vts.rate-limit-per-client", "how many requests of each client reach the app; more are answered with 429");
    static final Setting<OptionalInt> MAX_CONCURRENT = new Setting<>(
            "vts.max-concurrent",
            "auto",
            "a number from 0 to 1000000, or auto: as many as the Java heap has room for",
            "how many requests the app may have at once; more wait as while no worker is ready; 0: any number",
            Setting::maxConcurrent);
    static final Setting<Long> CACHE =
            size("vts.cache", "0", "memory for a shared cache of answers that the app allows to be kept; 0: no cache");
    static final Setting<List<IpNetwork>> TRUSTED_PROXIES = new Setting<>(
            "vts.trusted-proxies",
            "",
            "networks such as 10.0.0.0/8, fd00::/8, separated by commas",
            "proxies in front of this server whose X-Forwarded-*, Forwarded and X-Request-Id are believed",
            IpNetwork::list);
    static final Setting<Boolean> SECURITY_HEADERS = flag(
            "vts.security-headers",
            "off",
            "whether HTML documents get the headers that make browsers more careful, where the app does not set them");
    static final Setting<Duration> SHUTDOWN_DELAY = duration(
            "vts.shutdown-delay",
            "0s",
            "how long a server that is to stop says that it is not ready, and serves all the same, until it begins to stop");
    static final Setting<Duration> STOP_TIMEOUT = duration(
            "vts.stop-timeout", "20s", "how long running requests may take to finish when the server is stopped");
    static final Setting<Integer> MAX_CRASHES = number(
            "vts.max-crashes",
            "5",
            1,
            1000,
            "how many crashes of a worker, one after the other, within the crash window are a crash loop; one that had been sent a request is none");
    static final Setting<Duration> CRASH_WINDOW = duration(
            "vts.crash-window",
            "1m",
            "the time in which those crashes are counted, without starts and pauses; a worker that answered for so long is taken for well");
    static final Setting<OnCrashLoop> ON_CRASH_LOOP = choice(
            "vts.on-crash-loop",
            "exit",
            OnCrashLoop.class,
            "what java -jar does when all workers keep crashing: end, or stay and answer 503 until a restart or a new build");
    static final Setting<String> MANAGEMENT_PATH = text(
            "vts.management-path",
            "/-",
            "(/[A-Za-z0-9._~-]+)+",
            "a path such as /- or /internal/vts",
            "prefix of live, ready, metrics, status, restart, drain and resume");
    static final Setting<Optional<Integer>> MANAGEMENT_PORT = new Setting<>(
            "vts.management-port",
            "",
            "a number from 0 to 65535",
            "port of its own for what is managed, which the other port then has no more, live and ready aside; 0 takes any free one",
            text -> text.isEmpty() ? Optional.empty() : Optional.of(number(text, 0, 65535)));
    static final Setting<String> MANAGEMENT_ADDRESS =
            address("vts.management-address", "127.0.0.1", "address of that port");
    static final Setting<Optional<String>> MANAGEMENT_TOKEN = token(
            "vts.management-token",
            "who sends it as a bearer token may look at metrics and status, restart the workers, drain and resume; the restart command of the same user needs none with java -jar");
    static final Setting<Optional<String>> METRICS_TOKEN =
            token("vts.metrics-token", "who sends it as a bearer token may look at metrics and status, and do no more");
    static final Setting<List<IpNetwork>> MANAGEMENT_NETWORKS = new Setting<>(
            "vts.management-networks",
            "",
            "networks such as 10.0.0.0/8, fd00::/8, separated by commas",
            "whose computers may look at metrics and status without a token, besides this one; not through a proxy",
            IpNetwork::list);
    static final Setting<List<String>> MANAGEMENT_HOSTS = new Setting<>(
            "vts.management-hosts",
            "",
            "host names, separated by commas",
            "names by which those computers may ask; addresses, names without a dot and those that end in .local, .internal, .svc, .localhost or .home.arpa always may",
            Setting::hostNames);
    static final Setting<Optional<Path>> WORK_DIR =
            path("vts.work-dir", "directory for unpacked files; without it the user's cache or temporary directory");
    static final Setting<LogLevel> LOG_LEVEL =
            choice("vts.log-level", "info", LogLevel.class, "least important messages that java -jar prints");

    static final Setting<LogFormat> LOG_FORMAT = choice(
            "vts.log-format", "text", LogFormat.class, "what java -jar prints: sentences, or a JSON object a line");
    static final Setting<AccessLogFormat> ACCESS_LOG = choice(
            "vts.access-log",
            "off",
            AccessLogFormat.class,
            "a line for each request: in the combined format of other servers, or JSON");
    static final Setting<Double> ACCESS_LOG_SAMPLE = new Setting<>(
            "vts.access-log-sample",
            "1",
            "a number from 0 to 1, such as 0.1",
            "share of the requests that get a line, taken by chance; those with a status of 500 and above always do",
            text -> {
                require(text.matches("[01]|[01]?\\.[0-9]{1,9}"));
                double share = Double.parseDouble(text);
                require(share <= 1);
                return share;
            });

    private final String name;
    private final String defaultText;
    private final String allowed;
    private final String meaning;
    private final Function<String, T> parser;
    private final UnaryOperator<String> mask;

    private Setting(String name, String defaultText, String allowed, String meaning, Function<String, T> parser) {
        this(name, defaultText, allowed, meaning, parser, UnaryOperator.identity());
    }

    /** @param mask takes out of a value what nobody is to see */
    private Setting(
            String name,
            String defaultText,
            String allowed,
            String meaning,
            Function<String, T> parser,
            UnaryOperator<String> mask) {
        this.name = name;
        this.defaultText = defaultText;
        this.allowed = allowed;
        this.meaning = meaning;
        this.parser = parser;
        this.mask = mask;
        ALL.add(this);
    }

    /** All settings, in the order of the documentation. */
    static List<Setting<?>> all() {
        return List.copyOf(ALL);
    }

    /** {@code vts.some-name}. */
    String name() {
        return name;
    }

    /** {@code VTS_SOME_NAME}. */
    String environmentName() {
        return environmentName(name);
    }

    static String environmentName(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** The default as a user would write it; empty when there is none. */
    String defaultText() {
        return defaultText;
    }

    String allowed() {
        return allowed;
    }

    String meaning() {
        return meaning;
    }

    /** @throws IllegalArgumentException when {@link #allowed} does not include {@code text} */
    T parse(String text) {
        return parser.apply(text.strip());
    }

    /** A value as a user wrote it, without what nobody is to see. */
    String masked(String text) {
        return mask.apply(text.strip());
    }

    private static Setting<Integer> number(String name, String defaultText, int min, int max, String meaning) {
        return new Setting<>(
                name, defaultText, "a number from " + min + " to " + max, meaning, text -> number(text, min, max));
    }

    private static int number(String text, int min, int max) {
        int number = Integer.parseInt(text);
        require(number >= min && number <= max);
        return number;
    }

    private static Setting<String> text(
            String name, String defaultText, String pattern, String allowed, String meaning) {
        return new Setting<>(name, defaultText, allowed, meaning, text -> {
            require(text.matches(pattern));
            return text;
        });
    }

    /** An IPv6 address with or without the brackets that it has in a URL; the value is without. */
    private static Setting<String> address(String name, String defaultText, String meaning) {
        return new Setting<>(name, defaultText, "an IP address or host name", meaning, text -> {
            String bare = text.replaceFirst("^\\[(.*)]$", "$1");
            require(!bare.matches(".*[\\[\\]].*") && (IpNetwork.isAddress(bare) || isName(bare)));
            return bare;
        });
    }

    private static boolean isName(String text) {
        return Authority.of(text)
                .filter(authority ->
                        authority.port().isEmpty() && !authority.host().startsWith("["))
                .isPresent();
    }

    private static Setting<Optional<String>> token(String name, String meaning) {
        return new Setting<>(
                name,
                "",
                "any text without spaces",
                meaning,
                text -> {
                    require(!text.matches(".*\\s.*"));
                    return Optional.of(text).filter(token -> !token.isEmpty());
                },
                text -> text.isEmpty() ? "" : MASK);
    }

    private static Setting<Optional<Path>> path(String name, String meaning) {
        return new Setting<>(name, "", "a path", meaning, text -> {
            try {
                return text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Path.of(text).toAbsolutePath());
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    private static Setting<Duration> duration(String name, String defaultText, String meaning) {
        Pattern pattern = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
        return new Setting<>(name, defaultText, "a time such as 500ms, 15s, 2m or 1h, up to 500h", meaning, text -> {
            Matcher parts = pattern.matcher(text);
            require(parts.matches());
            long amount = Long.parseLong(parts.group(1));
            Duration duration = switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
            require(duration.compareTo(MAX_DURATION) <= 0);
            return duration;
        });
    }

    private static Setting<Long> size(String name, String defaultText, String meaning) {
        Pattern pattern = Pattern.compile("([0-9]{1,9})([kmg]?)");
        String allowed = "a size in bytes such as 0, 512k, 20m or 2g, up to 1024g";
        return new Setting<>(name, defaultText, allowed, meaning, text -> {
            Matcher parts = pattern.matcher(text.toLowerCase(Locale.ROOT));
            require(parts.matches());
            int shift = "kmg".indexOf(parts.group(2)) * 10 + 10;
            long size = Long.parseLong(parts.group(1)) << (parts.group(2).isEmpty() ? 0 : shift);
            require(size <= MAX_SIZE);
            return size;
        });
    }

    private static Setting<Optional<Rate>> rate(String name, String meaning) {
        return new Setting<>(name, "", Rate.ALLOWED, meaning, text -> {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Rate rate = Rate.of(text);
            require(rate.timeToFill().compareTo(Rate.MAX_TIME_TO_FILL) <= 0);
            return Optional.of(rate);
        });
    }

    private static OptionalInt maxConcurrent(String text) {
        if (text.equals("auto")) {
            return OptionalInt.empty();
        }
        int count = Integer.parseInt(text);
        require(count >= 0 && count <= 1_000_000);
        return OptionalInt.of(count);
    }

    static int workers(String text, int processors) {
        int count = text.equals("auto") ? Math.min(processors, MAX_WORKERS) : Integer.parseInt(text);
        require(count >= 1 && count <= MAX_WORKERS);
        return count;
    }

    private static List<String> variables(String text) {
        List<String> names = Pattern.compile("\\s*,\\s*")
                .splitAsStream(text)
                .filter(name -> !name.isEmpty())
                .toList();
        names.forEach(name -> require(name.matches("[A-Za-z0-9_.()-]*\\*?")));
        return names;
    }

    private static List<String> hostNames(String text) {
        List<String> names = Pattern.compile("\\s*,\\s*")
                .splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
        names.forEach(name -> require(isName(name)));
        return names;
    }

    private static URI httpUri(String text) {
        URI uri = URI.create(text);
        require("http".equals(uri.getScheme()) && uri.getRawAuthority() != null);
        String authority = uri.getRawAuthority();
        require(Authority.of(authority.substring(authority.lastIndexOf('@') + 1))
                .isPresent());
        require(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
        return uri;
    }

    private static <E extends Enum<E>> Setting<E> choice(
            String name, String defaultText, Class<E> type, String meaning) {
        String allowed = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return new Setting<>(
                name, defaultText, allowed, meaning, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }

    private static Setting<Boolean> flag(String name, String defaultText, String meaning) {
        return new Setting<>(name, defaultText, "on or off", meaning, text -> {
            require(text.equals("on") || text.equals("off"));
            return text.equals("on");
        });
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException();
        }
    }
}
