package dev.vtsbasic.settings;

import static dev.vtsbasic.settings.SettingType.address;
import static dev.vtsbasic.settings.SettingType.choice;
import static dev.vtsbasic.settings.SettingType.duration;
import static dev.vtsbasic.settings.SettingType.flag;
import static dev.vtsbasic.settings.SettingType.networks;
import static dev.vtsbasic.settings.SettingType.number;
import static dev.vtsbasic.settings.SettingType.path;
import static dev.vtsbasic.settings.SettingType.rate;
import static dev.vtsbasic.settings.SettingType.size;
import static dev.vtsbasic.settings.SettingType.text;
import static dev.vtsbasic.settings.SettingType.token;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One setting: its name, default, allowed values and meaning. The constants are the complete list of settings; {@code
 * docs/configuration.md} shows the same list, and a test compares the two.
 *
 * @param <T> type of the value
 */
final class Setting<T> {
    private static final List<Setting<?>> ALL = new ArrayList<>();

    static final Setting<Integer> PORT =
            new Setting<>("vts.port", "3000", number(0, 65535), "port of the embedded server; 0 chooses any free port");
    static final Setting<String> ADDRESS =
            new Setting<>("vts.address", "0.0.0.0", address(), "address that the embedded server listens on");
    static final Setting<String> CONTEXT_PATH = new Setting<>(
            "vts.context-path",
            "/",
            SettingType.contextPath(),
            "context path of the application in the embedded server");
    static final Setting<Optional<String>> PUBLIC_PATH = new Setting<>(
            "vts.public-path",
            "",
            SettingType.optionalUrlPath(),
            "path at which browsers see the application, if a proxy removes it from the URL or replaces it with another;"
                    + " default: the context path");
    static final Setting<Optional<Path>> TLS_CERT = new Setting<>(
            "vts.tls-cert",
            "",
            path(),
            "certificate chain of the embedded server (PEM), which makes the server speak TLS;"
                    + " it is read again when the file changes");
    static final Setting<Optional<Path>> TLS_KEY =
            new Setting<>("vts.tls-key", "", path(), "private key of that certificate (PEM)");
    static final Setting<Optional<Path>> APP_DIR = new Setting<>(
            "vts.app-dir",
            "",
            path(),
            "build to serve instead of the one in the WAR: a directory with client/ and server/");
    static final Setting<Optional<Path>> APP_CWD = new Setting<>(
            "vts.app-cwd",
            "",
            path(),
            "working directory of the app, against which it resolves relative file names; default: VTS_APP_DIR or, if that is a link,"
                    + " the directory that holds the link; for the app in the WAR, the directory in which the server was"
                    + " started");
    static final Setting<Validation> VALIDATE = new Setting<>(
            "vts.validate",
            "fail",
            choice(Validation.class),
            "what to do at the start if the server build names assets that the client build does not have");
    static final Setting<List<AssetRule>> ASSET_RULES = new Setting<>(
            "vts.asset-rules",
            "",
            new SettingType<>(
                    "globs with a Cache-Control each, such as /fonts/**=public, max-age=86400; /data/*.json=no-store;"
                            + " /**.map=hidden",
                    AssetRule::list),
            "Cache-Control of static files; the first rule that matches applies; a file that no rule matches is immutable in"
                    + " /assets/ and no-cache elsewhere; hidden files are not served");
    static final Setting<Long> ASSET_MEMORY = new Setting<>(
            "vts.asset-memory",
            "32m",
            size(),
            "memory for the content of static files; the smallest files are kept first");
    static final Setting<Optional<Path>> ASSET_ARCHIVE = new Setting<>(
            "vts.asset-archive",
            "",
            path(),
            "directory that keeps the hashed assets of earlier builds, for pages that are still open;"
                    + " several instances may share it");
    static final Setting<Integer> ASSET_ARCHIVE_BUILDS =
            new Setting<>("vts.asset-archive-builds", "10", number(1, 1000), "maximum number of builds in the archive");
    static final Setting<Duration> ASSET_ARCHIVE_AGE = new Setting<>(
            "vts.asset-archive-age",
            "336h",
            duration(),
            "how long the archive keeps a build after another build has replaced it");
    static final Setting<Optional<Path>> BUN = new Setting<>(
            "vts.bun",
            "",
            path(),
            "path of the bun binary; default: the one in the WAR, otherwise the one on the PATH");
    static final Setting<BunTransport> BUN_TRANSPORT = new Setting<>(
            "vts.bun-transport",
            "unix",
            choice(BunTransport.class),
            "how requests reach Bun: through a Unix socket in a private directory, or by TCP on 127.0.0.1");
    static final Setting<List<String>> WORKER_ENV = new Setting<>(
            "vts.worker-env",
            "",
            SettingType.variables(),
            "environment variables that the app sees, besides a few that every program needs");
    static final Setting<Integer> WORKER_NICE = new Setting<>(
            "vts.worker-nice",
            "0",
            number(0, 19),
            "niceness of Bun: the higher it is, the more processor time Bun leaves to other processes");
    static final Setting<Optional<URI>> UPSTREAM = new Setting<>(
            "vts.upstream",
            "",
            SettingType.optionalHttpUrl(),
            "server to forward requests to, instead of starting and supervising Bun");
    static final Setting<Integer> WORKERS =
            new Setting<>("vts.workers", "1", SettingType.workers(), "number of Bun workers that run the app");
    static final Setting<Duration> HANG_TIMEOUT = new Setting<>(
            "vts.hang-timeout",
            "5s",
            duration(),
            "how long a worker's event loop may be unresponsive before the worker is killed and replaced; 0s: no limit");
    static final Setting<Long> WORKER_MAX_MEMORY = new Setting<>(
            "vts.worker-max-memory", "0", size(), "resident memory above which a worker is replaced; 0: no limit");
    static final Setting<Duration> WORKER_MAX_AGE = new Setting<>(
            "vts.worker-max-age",
            "0s",
            duration(),
            "age at which a worker is replaced, plus a random part of up to a fifth; 0s: no limit");
    static final Setting<Integer> WORKER_MAX_REQUESTS = new Setting<>(
            "vts.worker-max-requests",
            "0",
            number(0, Integer.MAX_VALUE),
            "number of requests after which a worker is replaced, plus a random part of up to a fifth; 0: no limit");
    static final Setting<Integer> BUN_PORT = new Setting<>(
            "vts.bun-port", "0", number(0, 65535), "port of Bun with the transport tcp; 0 chooses any free port");
    static final Setting<String> READY_PATH = new Setting<>(
            "vts.ready-path",
            "/",
            text("/[!-~]*", "a path that starts with /"),
            "path, below the context path, that is requested from Bun to check that it responds;"
                    + " any status below 500 counts as ready");
    static final Setting<Duration> STARTUP_TIMEOUT = new Setting<>(
            "vts.startup-timeout", "15s", duration(), "how long Bun may take from its start to its first response");
    static final Setting<Duration> HOLD_TIMEOUT = new Setting<>(
            "vts.hold-timeout", "30s", duration(), "how long a request waits while no Bun worker is ready");
    static final Setting<Integer> HOLD_QUEUE = new Setting<>(
            "vts.hold-queue",
            "1000",
            number(0, 1_000_000),
            "how many requests may wait while no Bun worker is ready; further requests get 503 at once");
    static final Setting<Duration> CONNECT_TIMEOUT =
            new Setting<>("vts.connect-timeout", "5s", duration(), "how long connecting to Bun may take");
    static final Setting<Duration> RESPONSE_TIMEOUT = new Setting<>(
            "vts.response-timeout",
            "60s",
            duration(),
            "how long Bun may send nothing, before and during its response; 0s: no limit");
    static final Setting<Long> MAX_BODY = new Setting<>(
            "vts.max-body", "0", size(), "largest request body that is forwarded; a larger one gets 413; 0: no limit");
    static final Setting<Duration> HEADER_TIMEOUT = new Setting<>(
            "vts.header-timeout",
            "30s",
            duration(),
            "how long a client of the embedded server may take to send a request up to its body; 0s: no limit");
    static final Setting<Optional<Path>> MAINTENANCE = new Setting<>(
            "vts.maintenance",
            "",
            path(),
            "while this file exists, no request reaches the app; clients get a page with the text of the file, if it has any");
    static final Setting<Optional<Rate>> RATE_LIMIT = new Setting<>(
            "vts.rate-limit",
            "",
            rate(),
            "how many requests of all clients together reach the app; further requests get 429");
    static final Setting<Optional<Rate>> RATE_LIMIT_PER_CLIENT = new Setting<>(
            "vts.rate-limit-per-client",
            "",
            rate(),
            "how many requests of each client reach the app; further requests get 429");
    static final Setting<OptionalInt> MAX_CONCURRENT = new Setting<>(
            "vts.max-concurrent",
            "auto",
            SettingType.maxConcurrent(),
            "how many requests the app may have at once; further requests wait as if no worker were ready; 0: no limit");
    static final Setting<Long> CACHE = new Setting<>(
            "vts.cache",
            "0",
            size(),
            "memory for a shared cache of responses that the app allows to be stored; 0: no cache");
    static final Setting<List<IpNetwork>> TRUSTED_PROXIES = new Setting<>(
            "vts.trusted-proxies",
            "",
            networks(),
            "proxies in front of this server whose X-Forwarded-*, Forwarded and X-Request-Id are trusted");
    static final Setting<Boolean> SECURITY_HEADERS = new Setting<>(
            "vts.security-headers",
            "off",
            flag(),
            "whether HTML documents get the security headers that the app does not set");
    static final Setting<Duration> SHUTDOWN_DELAY = new Setting<>(
            "vts.shutdown-delay",
            "0s",
            duration(),
            "how long the server reports that it is not ready, but still serves requests, before it begins to stop");
    static final Setting<Duration> STOP_TIMEOUT = new Setting<>(
            "vts.stop-timeout",
            "20s",
            duration(),
            "how long in-flight requests may take to finish when the server stops");
    static final Setting<Integer> MAX_CRASHES = new Setting<>(
            "vts.max-crashes",
            "5",
            number(1, 1000),
            "how many crashes of a worker in a row, within the crash window, are a crash loop;"
                    + " the crash of a worker that was sent a request does not count");
    static final Setting<Duration> CRASH_WINDOW = new Setting<>(
            "vts.crash-window",
            "1m",
            duration(),
            "time within which these crashes must happen, not counting starts and pauses;"
                    + " a worker that has responded for that long counts as healthy");
    static final Setting<OnCrashLoop> ON_CRASH_LOOP = new Setting<>(
            "vts.on-crash-loop",
            "exit",
            choice(OnCrashLoop.class),
            "what java -jar does when all workers keep crashing:"
                    + " exit, or stay and respond with 503 until a restart or a new build");
    static final Setting<String> MANAGEMENT_PATH = new Setting<>(
            "vts.management-path",
            "/-",
            text("(/[A-Za-z0-9._~-]+)+", "a path such as /- or /internal/vts"),
            "prefix of the management endpoints: live, ready, metrics, status, restart, drain, resume and purge");
    static final Setting<Optional<Integer>> MANAGEMENT_PORT = new Setting<>(
            "vts.management-port",
            "",
            SettingType.optionalPort(),
            "separate port for the management endpoints; VTS_PORT then serves only live and ready of them;"
                    + " 0 chooses any free port");
    static final Setting<String> MANAGEMENT_ADDRESS = new Setting<>(
            "vts.management-address", "127.0.0.1", address(), "address that the management port listens on");
    static final Setting<Optional<String>> MANAGEMENT_TOKEN = new Setting<>(
            "vts.management-token",
            "",
            token(),
            "bearer token that allows reading metrics and status, and restart, drain, resume and purge;"
                    + " with java -jar, the restart command of the same user needs no token");
    static final Setting<Optional<String>> METRICS_TOKEN =
            new Setting<>("vts.metrics-token", "", token(), "bearer token that allows reading metrics and status only");
    static final Setting<List<IpNetwork>> MANAGEMENT_NETWORKS = new Setting<>(
            "vts.management-networks",
            "",
            networks(),
            "networks, besides this machine, from which metrics and status can be read without a token;"
                    + " not through a proxy");
    static final Setting<List<String>> MANAGEMENT_HOSTS = new Setting<>(
            "vts.management-hosts",
            "",
            SettingType.hostNames(),
            "host names that requests from these networks may be for; addresses, names without a dot and names that end in"
                    + " .local, .internal, .svc, .localhost or .home.arpa are always allowed");
    static final Setting<Optional<Path>> WORK_DIR = new Setting<>(
            "vts.work-dir",
            "",
            path(),
            "directory for unpacked files; default: the user's cache directory or the temporary directory");
    static final Setting<LogLevel> LOG_LEVEL = new Setting<>(
            "vts.log-level", "info", choice(LogLevel.class), "lowest level of the messages that java -jar prints");
    static final Setting<LogFormat> LOG_FORMAT = new Setting<>(
            "vts.log-format",
            "text",
            choice(LogFormat.class),
            "format of the messages that java -jar prints: sentences, or one JSON object per line");
    static final Setting<AccessLogFormat> ACCESS_LOG = new Setting<>(
            "vts.access-log",
            "off",
            choice(AccessLogFormat.class),
            "log of one line per request, in the Combined Log Format or in JSON");
    static final Setting<Double> ACCESS_LOG_SAMPLE = new Setting<>(
            "vts.access-log-sample",
            "1",
            SettingType.share(),
            "share of the requests that are logged, chosen at random; requests with a status of 500 or above always are");

    private final String name;
    private final String defaultText;
    private final SettingType<T> type;
    private final String meaning;

    private Setting(String name, String defaultText, SettingType<T> type, String meaning) {
        this.name = name;
        this.defaultText = defaultText;
        this.type = type;
        this.meaning = meaning;
        ALL.add(this);
    }

    /** All settings, in the order of the documentation. */
    static List<Setting<?>> all() {
        return List.copyOf(ALL);
    }

    /** The name in the form {@code vts.some-name}. */
    String name() {
        return name;
    }

    /** The name in the form {@code VTS_SOME_NAME}. */
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
        return type.allowed();
    }

    String meaning() {
        return meaning;
    }

    /** @throws IllegalArgumentException when {@link #allowed} does not include {@code text} */
    T parse(String text) {
        return type.parser().apply(text.strip());
    }

    /** A value as a user wrote it, without its secret part. */
    String masked(String text) {
        return type.mask().apply(text.strip());
    }
}
