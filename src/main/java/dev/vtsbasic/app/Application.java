package dev.vtsbasic.app;

import dev.vtsbasic.asset.AssetFilter;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.BunFailure;
import dev.vtsbasic.bun.BunSupervisor;
import dev.vtsbasic.bun.ExternalUpstream;
import dev.vtsbasic.bun.Upstream;
import dev.vtsbasic.bun.process.BunBinary;
import dev.vtsbasic.deploy.BasePathCopies;
import dev.vtsbasic.deploy.BuildFingerprint;
import dev.vtsbasic.deploy.BuildWatcher;
import dev.vtsbasic.deploy.BunCompressor;
import dev.vtsbasic.deploy.Deployer;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.DrainState;
import dev.vtsbasic.manage.ManagementAccess;
import dev.vtsbasic.manage.ManagementServlet;
import dev.vtsbasic.manage.OperatorTokenFile;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.manage.jmx.JmxRegistration;
import dev.vtsbasic.manage.metrics.PrometheusMetrics;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.proxy.ProxyServlet;
import dev.vtsbasic.settings.AccessLogFormat;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.status.StatusServlet;
import dev.vtsbasic.traffic.AccessLog;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.TrafficFilter;
import dev.vtsbasic.war.BundledApp;
import dev.vtsbasic.war.WarFiles;
import jakarta.servlet.ServletContext;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running application: builds its parts in order from the settings, and hands them to a servlet container. */
public final class Application implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    /** Time limit of one run of the compressor, for a few assets. The server sends these uncompressed meanwhile. */
    private static final Duration COMPRESSION_TIMEOUT = Duration.ofMinutes(2);

    private final ApplicationParts parts;
    private final ShutdownSequence shutdown;

    private Application(ApplicationParts parts) {
        this.parts = parts;
        this.shutdown = new ShutdownSequence(parts);
    }

    /**
     * Starts Bun. Checks the build and indexes its assets while Bun starts.
     *
     * @param war the files of this program's WAR
     * @param contextPath the application's path in the servlet container; empty at the root
     * @param containerDirectory a directory that the servlet container gives to this application, the last candidate
     *     for unpacked files; empty when there is no container yet
     * @param accessLines receives the lines of the access log, if there is one
     * @throws BunLocator.NoBunException when no Bun can be run
     * @throws BadSettingException when the app cannot be served as the settings want it
     * @throws IOException when files cannot be read or written
     */
    public static Application start(
            Settings settings,
            WarFiles war,
            String contextPath,
            Optional<Path> containerDirectory,
            Consumer<List<String>> accessLines)
            throws BunLocator.NoBunException, BadSettingException, IOException {
        settings.warnings().forEach(warning -> Event.SETTING_UNKNOWN.log(LOG, "{problem}", warning));
        List<Path> workDirectories =
                new ArrayList<>(WorkDirectory.candidates(settings.workDir().orElse(null)));
        containerDirectory.ifPresent(workDirectories::add);
        String base = settings.server().publicPath().orElse(contextPath);
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            BasePathCopies copies = new BasePathCopies(base, workDirectories);
            started.push(copies);
            Optional<BundledApp> bundledApp = settings.app().directory().isPresent()
                    ? Optional.empty()
                    : Optional.of(BundledApp.of(war, workDirectories));
            bundledApp.ifPresent(started::push);
            InFlightRequests inFlight = new InFlightRequests();
            AssetFilter assets = new AssetFilter(
                    settings.assets().at(base),
                    new BunCompressor(
                            () -> BunLocator.find(settings, war, workDirectories)
                                    .path(),
                            COMPRESSION_TIMEOUT),
                    RequestPipeline.securityHeaders(settings),
                    inFlight);
            started.push(assets);
            Pages pages = new Pages(RequestPipeline.securityHeaders(settings));
            Deployer deployer = new Deployer(
                    copies,
                    assets,
                    pages,
                    settings.app().validation(),
                    settings.app().upstream().isEmpty());

            Dist dist = distOf(settings, bundledApp);
            Optional<BuildFingerprint> fingerprint = BuildFingerprint.of(dist.root());
            BasePathCopies.Fitted build = deployer.fit(dist);
            // Bun starts before the build is checked, because its start takes longer than the check.
            Upstream upstream = settings.app().upstream().isPresent()
                    ? externalUpstream(settings, build, base)
                    : workers(settings, BunLocator.find(settings, war, workDirectories), build, base);
            started.push(upstream);
            Deployer.Candidate first = deployer.prepare(build);
            first.putIntoService();
            // The compression waits for the first worker, because Bun needs the processor to start.
            upstream.firstReady().thenRun(first::compress);

            ProxyServlet proxy = new ProxyServlet(upstream.pool(), settings.proxy(), base, pages, inFlight);
            started.push(proxy);
            Optional<BuildWatcher> watcher =
                    settings.app().directory().isPresent() && upstream instanceof BunSupervisor workers
                            ? Optional.of(BuildWatcher.watch(
                                    settings.app().directory().get(),
                                    fingerprint,
                                    deployer,
                                    workers,
                                    () -> proxy.purge(Optional.empty())))
                            : Optional.empty();
            watcher.ifPresent(started::push);
            Optional<AccessLog> accessLog = settings.logs().accessLog() == AccessLogFormat.OFF
                    ? Optional.empty()
                    : Optional.of(AccessLog.start(
                            settings.logs().accessLog(), settings.logs().accessLogSample(), accessLines));
            accessLog.ifPresent(started::push);
            TrafficFilter traffic = new TrafficFilter(settings.proxy().trustedProxies(), accessLog);
            return new Application(new ApplicationParts(
                    settings,
                    new ApplicationParts.BuildParts(copies, bundledApp, watcher),
                    upstream,
                    new ApplicationParts.RequestParts(traffic, assets, pages, proxy, inFlight),
                    new ApplicationParts.OperatorParts(new OperatorTokenFile(), new DrainState(), accessLog)));
        } catch (Deployer.InvalidBuildException e) {
            closeAll(started);
            throw new BadSettingException(e.getMessage() + "\nVTS_VALIDATE=warn starts it anyway.");
        } catch (BadSettingException | BunLocator.NoBunException | IOException | RuntimeException e) {
            closeAll(started);
            throw e;
        }
    }

    /** Closes the newest part first. */
    private static void closeAll(Deque<AutoCloseable> started) {
        for (AutoCloseable part : started) {
            try {
                part.close();
            } catch (Exception e) {
                Event.LEFT_BEHIND.log(LOG, "Could not be removed: {problem}", e.getMessage());
            }
        }
    }

    private static Dist distOf(Settings settings, Optional<BundledApp> bundledApp)
            throws BadSettingException, IOException {
        if (bundledApp.isPresent()) {
            return Dist.at(bundledApp.get().directory());
        }
        try {
            Path directory = settings.app().directory().orElseThrow();
            Dist.at(directory);
            // A link is resolved, because a deployment may switch it while this build runs.
            return Dist.at(directory.toRealPath());
        } catch (IOException e) {
            throw new BadSettingException("VTS_APP_DIR: " + e.getMessage());
        }
    }

    private static Upstream externalUpstream(Settings settings, BasePathCopies.Fitted build, String base) {
        if (!build.dist().equals(build.origin())) {
            Event.BUILD_BASE_UNKNOWN.log(
                    LOG,
                    "The static files are written for {base}/; the server of VTS_UPSTREAM runs a build of its own, which"
                            + " has to be made for that base",
                    base);
        }
        return new ExternalUpstream(
                settings.app().upstream().orElseThrow(),
                base + settings.workers().readyPath(),
                settings.proxy().connectTimeout());
    }

    private static Upstream workers(Settings settings, BunBinary bun, BasePathCopies.Fitted build, String base)
            throws IOException {
        return BunSupervisor.start(bun, build.dist(), base, settings, runDirectories(settings));
    }

    /** Candidates for the parent of the directory of the workers' sockets, best first. */
    private static List<Path> runDirectories(Settings settings) {
        List<Path> parents = new ArrayList<>(List.of(Path.of(System.getProperty("java.io.tmpdir"))));
        settings.workDir().ifPresent(parents::add);
        if (File.separatorChar == '/') {
            parents.add(Path.of("/tmp"));
        }
        return parents;
    }

    /** Registers all filters and servlets, and JMX once a worker is ready or has failed. */
    public void register(ServletContext context) {
        AdminOperations operations = new ApplicationOperations(parts);
        RuntimeStats stats = new ApplicationStats(parts);
        ManagementAccess access = RequestPipeline.access(parts);
        StatusServlet status = new StatusServlet(
                RequestPipeline.statusPath(parts),
                access,
                operations,
                stats,
                parts.settings().inForce());
        JmxRegistration jmx = new JmxRegistration(operations, stats, context.getContextPath());
        // Added before the registration, which may fail, because the status page already has a thread that has to end.
        shutdown.add(status, jmx);
        RequestPipeline.register(
                context,
                parts,
                new ManagementServlet(
                        parts.settings().management().path(), access, operations, () -> new PrometheusMetrics(stats)),
                status);
        // JMX waits for the first worker, because an MBean server takes time to create.
        CompletableFuture.anyOf(firstReady(), failure()).thenRun(jmx::register);
    }

    /** Writes the operator token to a file, so that the commands of this user can manage the server. */
    public void publishPort(int port) {
        parts.operator()
                .token()
                .publish(WorkDirectory.candidates(parts.settings().workDir().orElse(null)), port);
    }

    /** Counts a request that the server refused because the heap has no room for it. */
    public void countHeapRejection() {
        parts.requests().traffic().traffic().countShed(ShedReason.MEMORY);
    }

    /** See {@link Upstream#firstReady}. */
    public CompletableFuture<Duration> firstReady() {
        return parts.upstream().firstReady();
    }

    /** See {@link Upstream#failure}. */
    public CompletableFuture<BunFailure> failure() {
        return parts.upstream().failure();
    }

    /** @param close called now and at each change; true if the server is to close each connection after its response */
    public void setConnectionCloser(Consumer<Boolean> close) {
        parts.operator().drain().setConnectionCloser(close);
    }

    /**
     * Reports "not ready" from now on, but continues to serve requests.
     *
     * @return for how long it has already reported this, because of a drain; zero without a drain
     */
    public Duration beginStop() {
        return parts.operator().drain().beginStop();
    }

    /**
     * Waits for the requests of a server whose port is closed, then stops the workers.
     *
     * @return how many requests were still running at the end of the stop time-out
     */
    public int finish(AcceptedConnections connections) throws InterruptedException {
        return shutdown.finish(connections);
    }

    /** Ends all parts. A second call does nothing. */
    @Override
    public void close() {
        shutdown.close();
    }
}
