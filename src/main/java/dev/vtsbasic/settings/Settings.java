package dev.vtsbasic.settings;

import dev.vtsbasic.text.NearestName;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings in force, checked once at the start and never changed. What each is for, its default and what it allows
 * stands in {@code docs/configuration.md}.
 *
 * @param port port of the embedded server, 0 to 65535; 0 takes any free one
 * @param address address the embedded server listens on
 * @param contextPath path at which the embedded server has the application; empty for the root
 * @param publicPath path at which browsers see the application, when that is not the context path; empty text for the root
 * @param tlsCert certificate chain of the embedded server, PEM
 * @param tlsKey private key of that certificate, PEM; there when the certificate is
 * @param appDir a build to serve instead of the one in the WAR
 * @param appCwd directory that the app runs in
 * @param validate what a failed validation of the build does at the start
 * @param assets how static files are served
 * @param bun path of the bun binary
 * @param bunTransport how requests reach Bun
 * @param workerEnv names of the environment's variables that the app sees; one that ends in {@code *} stands for all that
 *     begin so
 * @param workerNice how much Bun gives way to other processes, 0 to 19
 * @param upstream a server that someone else runs, to forward to instead of running Bun
 * @param workers how many workers there are, and when one is replaced
 * @param bunPort Bun's port; 0 when the transport is not TCP, or to take any free one
 * @param readyPath path asked of Bun to see that it answers
 * @param startupTimeout how long Bun may take until it answers
 * @param holdTimeout how long a request waits while no worker is ready
 * @param holdQueue how many requests may wait while no worker is ready
 * @param connectTimeout how long a connection to Bun may take
 * @param responseTimeout how long Bun may be silent; zero means for ever
 * @param maxBody longest request body in bytes; 0 for any
 * @param headerTimeout how long a client of the embedded server may take to send a request up to its body; zero for ever
 * @param maintenance while this file is there, nothing reaches the app
 * @param limits how much may reach the app at most
 * @param cache memory for the shared cache in bytes; 0 for none
 * @param trustedProxies networks of the proxies whose X-Forwarded-* and X-Request-Id are believed
 * @param securityHeaders whether HTML documents get the security headers that they lack
 * @param shutdownDelay how long the embedded server serves on, not ready, before it stops
 * @param stopTimeout how long running requests may take to finish when stopping
 * @param managementPath prefix of the management endpoints, without a slash at the end
 * @param managementPort port of the embedded server for the management endpoints alone
 * @param managementAddress address of that port
 * @param managementToken bearer token of who may do all there is
 * @param metricsToken bearer token of who may look at metrics and status alone
 * @param managementNetworks networks whose computers may look at metrics and status
 * @param managementHosts host names, in lower case, by which these may ask for them
 * @param workDir directory for unpacked files
 * @param logLevel least important messages that {@code java -jar} prints
 * @param logFormat how {@code java -jar} prints messages
 * @param accessLog what the access log is written in, if there is one
 * @param accessLogSample share of the requests that are in it
 * @param inForce the value of each setting, and where it came from
 * @param warnings what the user should be told about the settings, a sentence each
 */
public record Settings(
        int port,
        String address,
        String contextPath,
        Optional<String> publicPath,
        Optional<Path> tlsCert,
        Optional<Path> tlsKey,
        Optional<Path> appDir,
        Optional<Path> appCwd,
        Validation validate,
        AssetSettings assets,
        Optional<Path> bun,
        BunTransport bunTransport,
        List<String> workerEnv,
        int workerNice,
        Optional<URI> upstream,
        WorkerRules workers,
        int bunPort,
        String readyPath,
        Duration startupTimeout,
        Duration holdTimeout,
        int holdQueue,
        Duration connectTimeout,
        Duration responseTimeout,
        long maxBody,
        Duration headerTimeout,
        Optional<Path> maintenance,
        LimitRules limits,
        long cache,
        List<IpNetwork> trustedProxies,
        boolean securityHeaders,
        Duration shutdownDelay,
        Duration stopTimeout,
        String managementPath,
        Optional<Integer> managementPort,
        String managementAddress,
        Optional<String> managementToken,
        Optional<String> metricsToken,
        List<IpNetwork> managementNetworks,
        List<String> managementHosts,
        Optional<Path> workDir,
        LogLevel logLevel,
        LogFormat logFormat,
        AccessLogFormat accessLog,
        double accessLogSample,
        List<SettingInForce> inForce,
        List<String> warnings) {
    private static final String NOT_IN_LOCALE = ", and this locale cannot spell that one: start with LC_ALL=C.UTF-8";

    /**
     * Reads every setting from the first source that has it, else takes its default.
     *
     * @throws BadSettingException for the first value that is not allowed
     */
    public static Settings read(List<SettingSource> sources) throws BadSettingException {
        Settings settings = readEach(sources);
        if (settings.tlsCert.isPresent() != settings.tlsKey.isPresent()) {
            throw new BadSettingException(
                    "VTS_TLS_CERT and VTS_TLS_KEY are of use only together; one of them is missing");
        }
        if (settings.bunPort != 0 && settings.workers.count() > 1) {
            throw new BadSettingException("VTS_BUN_PORT is one port and VTS_WORKERS are " + settings.workers.count()
                    + "; leave VTS_BUN_PORT at 0 or VTS_WORKERS at 1");
        }
        if (settings.port != 0 && settings.managementPort.equals(Optional.of(settings.port))) {
            throw new BadSettingException("VTS_PORT and VTS_MANAGEMENT_PORT are both " + settings.port
                    + "; what is managed needs a port of its own, or none");
        }
        return settings;
    }

    /** Host and port of an {@link #upstream}, whose host {@link URI#getHost} does not know when it has a {@code _}. */
    public static Authority authorityOf(URI upstream) {
        String authority = upstream.getRawAuthority();
        return Authority.of(authority.substring(authority.lastIndexOf('@') + 1)).orElseThrow();
    }

    private static WorkerRules workerRules(List<SettingSource> sources) throws BadSettingException {
        return new WorkerRules(
                value(Setting.WORKERS, sources),
                value(Setting.HANG_TIMEOUT, sources),
                value(Setting.WORKER_MAX_MEMORY, sources),
                value(Setting.WORKER_MAX_AGE, sources),
                value(Setting.WORKER_MAX_REQUESTS, sources),
                value(Setting.MAX_CRASHES, sources),
                value(Setting.CRASH_WINDOW, sources),
                value(Setting.ON_CRASH_LOOP, sources));
    }

    private static AssetSettings assets(List<SettingSource> sources) throws BadSettingException {
        int builds = value(Setting.ASSET_ARCHIVE_BUILDS, sources);
        Duration age = value(Setting.ASSET_ARCHIVE_AGE, sources);
        return new AssetSettings(
                value(Setting.ASSET_RULES, sources),
                value(Setting.ASSET_MEMORY, sources),
                value(Setting.ASSET_ARCHIVE, sources).map(directory -> new ArchiveRules(directory, builds, age)));
    }

    private static LimitRules limits(List<SettingSource> sources) throws BadSettingException {
        return new LimitRules(
                value(Setting.RATE_LIMIT, sources),
                value(Setting.RATE_LIMIT_PER_CLIENT, sources),
                value(Setting.MAX_CONCURRENT, sources));
    }

    /** Without the transport that it is for, it is to bind nobody. */
    private static int bunPort(List<SettingSource> sources) throws BadSettingException {
        int port = value(Setting.BUN_PORT, sources);
        return value(Setting.BUN_TRANSPORT, sources) == BunTransport.TCP ? port : 0;
    }

    private static Settings readEach(List<SettingSource> sources) throws BadSettingException {
        return new Settings(
                value(Setting.PORT, sources),
                value(Setting.ADDRESS, sources),
                value(Setting.CONTEXT_PATH, sources),
                value(Setting.PUBLIC_PATH, sources),
                value(Setting.TLS_CERT, sources),
                value(Setting.TLS_KEY, sources),
                value(Setting.APP_DIR, sources),
                value(Setting.APP_CWD, sources),
                value(Setting.VALIDATE, sources),
                assets(sources),
                value(Setting.BUN, sources),
                value(Setting.BUN_TRANSPORT, sources),
                value(Setting.WORKER_ENV, sources),
                value(Setting.WORKER_NICE, sources),
                value(Setting.UPSTREAM, sources),
                workerRules(sources),
                bunPort(sources),
                value(Setting.READY_PATH, sources),
                value(Setting.STARTUP_TIMEOUT, sources),
                value(Setting.HOLD_TIMEOUT, sources),
                value(Setting.HOLD_QUEUE, sources),
                value(Setting.CONNECT_TIMEOUT, sources),
                value(Setting.RESPONSE_TIMEOUT, sources),
                value(Setting.MAX_BODY, sources),
                value(Setting.HEADER_TIMEOUT, sources),
                value(Setting.MAINTENANCE, sources),
                limits(sources),
                value(Setting.CACHE, sources),
                value(Setting.TRUSTED_PROXIES, sources),
                value(Setting.SECURITY_HEADERS, sources),
                value(Setting.SHUTDOWN_DELAY, sources),
                value(Setting.STOP_TIMEOUT, sources),
                value(Setting.MANAGEMENT_PATH, sources),
                value(Setting.MANAGEMENT_PORT, sources),
                value(Setting.MANAGEMENT_ADDRESS, sources),
                value(Setting.MANAGEMENT_TOKEN, sources),
                value(Setting.METRICS_TOKEN, sources),
                value(Setting.MANAGEMENT_NETWORKS, sources),
                value(Setting.MANAGEMENT_HOSTS, sources),
                value(Setting.WORK_DIR, sources),
                value(Setting.LOG_LEVEL, sources),
                value(Setting.LOG_FORMAT, sources),
                value(Setting.ACCESS_LOG, sources),
                value(Setting.ACCESS_LOG_SAMPLE, sources),
                Setting.all().stream().map(setting -> inForce(setting, sources)).toList(),
                unknownNames(sources));
    }

    private static <T> T value(Setting<T> setting, List<SettingSource> sources) throws BadSettingException {
        for (SettingSource source : sources) {
            String text = source.find(setting.name());
            if (text != null) {
                try {
                    return setting.parse(text);
                } catch (IllegalArgumentException e) {
                    throw new BadSettingException("%s is \"%s\", from %s; allowed is %s"
                            .formatted(
                                    setting.environmentName(),
                                    setting.masked(text),
                                    source.description(),
                                    setting.allowed()
                                            + (e.getCause() instanceof InvalidPathException ? NOT_IN_LOCALE : "")));
                }
            }
        }
        return setting.parse(setting.defaultText());
    }

    private static SettingInForce inForce(Setting<?> setting, List<SettingSource> sources) {
        for (SettingSource source : sources) {
            String text = source.find(setting.name());
            if (text != null) {
                return new SettingInForce(setting.environmentName(), setting.masked(text), source.description());
            }
        }
        return new SettingInForce(setting.environmentName(), setting.defaultText(), "");
    }

    private static List<String> unknownNames(List<SettingSource> sources) {
        List<String> known = Setting.all().stream().map(Setting::name).toList();
        return sources.stream()
                .flatMap(source -> source.names().stream()
                        .filter(name -> !known.contains(name))
                        .sorted()
                        .map(name -> unknown(name, source, known)))
                .toList();
    }

    private static String unknown(String name, SettingSource source, List<String> known) {
        String meant = NearestName.of(name, known, 1).stream()
                .map(nearest -> "; did you mean " + Setting.environmentName(nearest) + "?")
                .findFirst()
                .orElse("");
        return "unknown setting " + Setting.environmentName(name) + " from " + source.description() + meant;
    }
}
