package dev.vtsbasic.app;

import dev.vtsbasic.asset.AssetFilter;
import dev.vtsbasic.asset.AssetIndex;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.ValidationReport;
import dev.vtsbasic.bun.BlockedRequest;
import dev.vtsbasic.bun.BunBinary;
import dev.vtsbasic.bun.BunFailure;
import dev.vtsbasic.bun.BunSupervisor;
import dev.vtsbasic.bun.BundledBun;
import dev.vtsbasic.bun.ExternalUpstream;
import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.Upstream;
import dev.vtsbasic.deploy.BasePathCopies;
import dev.vtsbasic.deploy.BuildWatcher;
import dev.vtsbasic.deploy.BunCompressor;
import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.header.SecurityHeadersFilter;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.limit.RateLimitFilter;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.DrainState;
import dev.vtsbasic.manage.HealthReport;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.manage.ManagementAccess;
import dev.vtsbasic.manage.ManagementServlet;
import dev.vtsbasic.manage.OperatorTokenFile;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.manage.SingleFlight;
import dev.vtsbasic.manage.jmx.JmxRegistration;
import dev.vtsbasic.page.MaintenanceFilter;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.proxy.ProxyServlet;
import dev.vtsbasic.settings.AccessLogFormat;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.LimitRules;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.settings.Validation;
import dev.vtsbasic.status.StatusServlet;
import dev.vtsbasic.syntax.RequestSyntaxFilter;
import dev.vtsbasic.traffic.AccessLog;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import dev.vtsbasic.war.BundledApp;
import dev.vtsbasic.war.WarFiles;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of one running application, built in order from its settings and handed to a servlet container. */
public final class Application implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    /** Of a few assets at a time; they are sent uncompressed meanwhile. */
    private static final Duration LONGEST_COMPRESSION = Duration.ofMinutes(2);

    /** How long the workers have at least to tell their WebSockets' clients that they end. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final Settings settings;
    private final BundledApp bundledApp;
    private final BasePathCopies copies;
    private final Upstream upstream;
    private final AssetFilter assets;
    private final Pages pages;
    private final Optional<BuildWatcher> watcher;
    private final Optional<AccessLog> accessLog;
    private final TrafficFilter traffic;
    private final InFlightRequests running;
    private final ProxyServlet proxy;
    private final OperatorTokenFile operator = new OperatorTokenFile();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final DrainState drain = new DrainState();
    private JmxRegistration managed;
    private StatusServlet status;

    private Application(
            Settings settings,
            BundledApp bundledApp,
            String base,
            BasePathCopies copies,
            Upstream upstream,
            Optional<BuildWatcher.Sight> seen,
            AssetFilter assets,
            Pages pages,
            InFlightRequests running,
            Consumer<List<String>> accessLines) {
        this.settings = settings;
        this.bundledApp = bundledApp;
        this.copies = copies;
        this.upstream = upstream;
        this.assets = assets;
        this.pages = pages;
        this.running = running;
        this.proxy = new ProxyServlet(upstream.pool(), settings, base, pages, running);
        this.watcher = settings.appDir().isPresent() && upstream instanceof BunSupervisor supervisor
                ? Optional.of(BuildWatcher.watch(
                        settings.appDir().get(),
                        seen,
                        settings.validate(),
                        copies,
                        this.assets,
                        pages,
                        supervisor,
                        () -> proxy.purge(Optional.empty())))
                : Optional.empty();
        this.accessLog = settings.accessLog() == AccessLogFormat.OFF
                ? Optional.empty()
                : Optional.of(AccessLog.start(settings.accessLog(), settings.accessLogSample(), accessLines));
        this.traffic = new TrafficFilter(settings.trustedProxies(), accessLog);
    }

    /**
     * Starts Bun, and while it starts, checks the build and indexes its assets.
     *
     * @param war the files this program came in
     * @param contextPath where a servlet container has the application; empty at the root
     * @param containerDirectory a directory of the servlet container for this application, tried first for unpacked
     *     files; empty when there is no container yet
     * @param accessLines takes the lines of the access log, if there is one
     * @throws NoBunException when no Bun can be run
     * @throws BadSettingException when the app cannot be served as the settings want it
     * @throws IOException when files cannot be read or written
     */
    public static Application start(
            Settings settings,
            WarFiles war,
            String contextPath,
            Optional<Path> containerDirectory,
            Consumer<List<String>> accessLines)
            throws NoBunException, BadSettingException, IOException {
        settings.warnings().forEach(warning -> Event.SETTING_UNKNOWN.log(LOG, "{problem}", warning));
        List<Path> workDirectories =
                new ArrayList<>(WorkDirectory.candidates(settings.workDir().orElse(null)));
        containerDirectory.ifPresent(workDirectories::add);
        String base = settings.publicPath().orElse(contextPath);
        BasePathCopies copies = new BasePathCopies(base, workDirectories);
        BundledApp bundledApp = settings.appDir().isPresent() ? null : BundledApp.of(war, workDirectories);
        Upstream upstream = null;
        AssetFilter assets = null;
        try {
            Dist dist = distOf(settings, bundledApp);
            Optional<BuildWatcher.Sight> seen = BuildWatcher.Sight.of(dist.root());
            BasePathCopies.Fitted build = copies.fit(dist);
            upstream = startUpstream(settings, war, workDirectories, build, base);
            validate(settings, build, copies);
            InFlightRequests running = new InFlightRequests();
            assets = new AssetFilter(
                    settings.assets().at(base),
                    new BunCompressor(
                            () -> findBun(settings, war, workDirectories).path(), LONGEST_COMPRESSION),
                    securityHeaders(settings),
                    running);
            AssetFilter served = assets;
            AssetIndex index = assets.add(build.dist().client(), build.rewritten());
            assets.makeCurrent(index);
            // Not while Bun needs the processor to start.
            upstream.firstReady().thenRun(() -> served.compress(index, build.rewritten()));
            Pages pages = new Pages(securityHeaders(settings));
            pages.takeFrom(build.dist().client());
            return new Application(settings, bundledApp, base, copies, upstream, seen, assets, pages, running, accessLines);
        } catch (BadSettingException | NoBunException | IOException | RuntimeException e) {
            if (upstream != null) {
                upstream.close();
            }
            if (assets != null) {
                assets.close();
            }
            copies.close();
            if (bundledApp != null) {
                bundledApp.close();
            }
            throw e;
        }
    }

    private static SecurityHeaders securityHeaders(Settings settings) {
        return new SecurityHeaders(settings.securityHeaders(), settings.trustedProxies());
    }

    private static Upstream startUpstream(
            Settings settings, WarFiles war, List<Path> workDirectories, BasePathCopies.Fitted build, String base)
            throws NoBunException, IOException {
        if (settings.upstream().isPresent()) {
            if (!build.dist().equals(build.origin())) {
                Event.BUILD_BASE_UNKNOWN.log(
                        LOG,
                        "The static files are written for {base}/; the server of VTS_UPSTREAM runs a build of its own, which"
                                + " has to be made for that base",
                        base);
            }
            return new ExternalUpstream(
                    settings.upstream().get(), base + settings.readyPath(), settings.connectTimeout());
        }
        BunBinary binary = findBun(settings, war, workDirectories);
        return BunSupervisor.start(binary, build.dist(), base, settings, runDirectories(settings));
    }

    /** @throws NoBunException when none runs here */
    public static BunBinary findBun(Settings settings, WarFiles war, List<Path> workDirectories) throws NoBunException {
        String path = "/WEB-INF/bun/bun";
        try {
            Optional<BundledBun> bundled =
                    BundledBun.of(war.open(path + ".properties"), war.onDisk(path), () -> war.open(path));
            return BunBinary.find(settings.bun(), bundled, workDirectories);
        } catch (IOException e) {
            throw new NoBunException(e.getMessage());
        }
    }

    private static Dist distOf(Settings settings, BundledApp bundledApp) throws BadSettingException, IOException {
        if (bundledApp != null) {
            return Dist.at(bundledApp.directory());
        }
        try {
            Path directory = settings.appDir().orElseThrow();
            Dist.at(directory);
            // Where a link leads may change; what runs stays where it is.
            return Dist.at(directory.toRealPath());
        } catch (IOException e) {
            throw new BadSettingException("VTS_APP_DIR: " + e.getMessage());
        }
    }

    private static List<Path> runDirectories(Settings settings) {
        List<Path> parents = new ArrayList<>(List.of(Path.of(System.getProperty("java.io.tmpdir"))));
        settings.workDir().ifPresent(parents::add);
        if (File.separatorChar == '/') {
            parents.add(Path.of("/tmp"));
        }
        return parents;
    }

    private static void validate(Settings settings, BasePathCopies.Fitted build, BasePathCopies copies)
            throws BadSettingException, IOException {
        ValidationReport all = copies.validate(build);
        ValidationReport report = settings.upstream().isPresent() ? all.withoutServer() : all;
        if (!report.warnings().isEmpty()) {
            Event.BUILD_WARNING.log(LOG, "{problem}", report.warningSummary());
        }
        if (report.valid()) {
            Event.BUILD_VALID.log(LOG, "{report}", report.text());
        } else if (settings.validate() == Validation.WARN) {
            Event.BUILD_INVALID.log(LOG, "{problem}", report.text());
        } else {
            throw new BadSettingException(report.text() + "\nVTS_VALIDATE=warn starts it all the same.");
        }
    }

    /** Puts the filter and the servlets where requests meet them: traffic, syntax, assets, management, proxy. */
    public void register(ServletContext context) {
        add(context, "traffic", traffic);
        add(context, "request-syntax", new RequestSyntaxFilter(pages));
        add(context, "assets", assets);
        AdminOperations operations = new Workers();
        RuntimeStats figures = new Measured();
        ManagementAccess access = new ManagementAccess(
                operatorTokens(), settings.metricsToken(), settings.managementNetworks(), settings.managementHosts());
        ManagementServlet management = new ManagementServlet(settings.managementPath(), access, operations, figures);
        context.addServlet("management", management).addMapping(settings.managementPath() + "/*");
        String statusPath = settings.managementPath() + "/status";
        status = new StatusServlet(statusPath, access, operations, figures, settings.inForce());
        addAsynchronous(context, "status", status, statusPath + "/*");
        addAsynchronous(context, "proxy", proxy, "/*");
        SecurityHeadersFilter headers = new SecurityHeadersFilter(securityHeaders(settings));
        addBefore(context, "security-headers", headers, "management", "status");
        settings.maintenance()
                .ifPresent(file -> addBefore(context, "maintenance", new MaintenanceFilter(file, pages), "proxy"));
        LimitRules limits = settings.limits();
        if (limits.rate().isPresent() || limits.ratePerClient().isPresent()) {
            addBefore(context, "rate-limit", new RateLimitFilter(limits, pages), "proxy");
        }
        managed = new JmxRegistration(operations, figures, context.getContextPath());
        // An MBean server takes a while to make, which nobody is to wait for.
        CompletableFuture.anyOf(upstream.firstReady(), upstream.failure()).thenRun(managed::register);
    }

    /** In the order of the calls: what is to be matched before other mappings WildFly matches in the opposite one. */
    private static void add(ServletContext context, String name, Filter filter) {
        FilterRegistration.Dynamic registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
    }

    private static void addAsynchronous(ServletContext context, String name, Servlet servlet, String mapping) {
        ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
        registration.setAsyncSupported(true);
        registration.addMapping(mapping);
    }

    private static void addBefore(ServletContext context, String name, Filter filter, String... servlets) {
        FilterRegistration.Dynamic registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, servlets);
    }

    private List<String> operatorTokens() {
        return Stream.concat(Stream.of(operator.text()), settings.managementToken().stream())
                .toList();
    }

    /** Lets the {@code restart} command of this user find us. */
    public void listensOn(int port) {
        operator.publish(WorkDirectory.candidates(settings.workDir().orElse(null)), port);
    }

    /** Notes that the server refused a request that it has no memory for. */
    public void noRoom() {
        traffic.traffic().turnedAway(ShedReason.MEMORY);
    }

    Settings settings() {
        return settings;
    }

    public CompletableFuture<Duration> firstReady() {
        return upstream.firstReady();
    }

    public CompletableFuture<BunFailure> failure() {
        return upstream.failure();
    }

    /** @param close is told whether connections are to end with their answers, now and at each change */
    public void closesConnections(Consumer<Boolean> close) {
        drain.closesConnections(close);
    }

    /**
     * Says "not ready" from now on, and serves on.
     *
     * @return for how long it has said so already
     */
    public Duration becomeNotReady() {
        return drain.becomeFinal();
    }

    /**
     * Waits for the requests of the connections that were accepted, then lets the workers end, which tell their WebSockets'
     * clients so.
     *
     * @param connections of the server, whose port is closed
     * @return how many requests were still running at the end of the stop time-out
     */
    public int finish(AcceptedConnections connections) throws InterruptedException {
        status.endStreams();
        long deadline = System.nanoTime() + settings.stopTimeout().toNanos();
        connections.awaitFirstRequests(settings.stopTimeout());
        running.awaitIdle(deadline - System.nanoTime());
        // Not before, because a connection that has waited for an answer may have brought its next request already.
        connections.stopAccepting();
        int left = running.awaitIdle(deadline - System.nanoTime());
        proxy.endEventStreams();
        left += connections.awaitFiles(Duration.ofNanos(deadline - System.nanoTime()));
        if (left > 0) {
            Event.REQUESTS_CUT.log(LOG, "{requests} requests did not finish within VTS_STOP_TIMEOUT and are cut", left);
        }
        watcher.ifPresent(BuildWatcher::close);
        Duration rest = Duration.ofNanos(deadline - System.nanoTime());
        upstream.close(rest.compareTo(LAST_WORD) < 0 ? LAST_WORD : rest);
        return left;
    }

    /** A second time does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (managed != null) {
            managed.close();
        }
        if (status != null) {
            status.close();
        }
        proxy.endEventStreams();
        watcher.ifPresent(BuildWatcher::close);
        upstream.close();
        proxy.close();
        assets.close();
        accessLog.ifPresent(AccessLog::close);
        operator.close();
        copies.close();
        if (bundledApp != null) {
            try {
                bundledApp.close();
            } catch (IOException e) {
                Event.LEFT_BEHIND.log(LOG, "Left behind: {problem}", e.getMessage());
            }
        }
    }

    /** The connections of a server whose port is closed. */
    public interface AcceptedConnections {
        /** Waits for {@code timeout} at most until those that were accepted last have sent their first request. */
        void awaitFirstRequests(Duration timeout) throws InterruptedException;

        /** Takes no more requests. */
        void stopAccepting();

        /**
         * Waits for the files that the server sends without the application, which has answered their requests.
         *
         * @return how many are still being sent after {@code timeout}
         */
        int awaitFiles(Duration timeout) throws InterruptedException;
    }

    private final class Workers implements AdminOperations {
        private final SingleFlight<List<SlotHealth>> places = new SingleFlight<>(upstream::health);

        @Override
        public HealthReport health() {
            return new HealthReport(drain.phase(), !upstream.firstReady().isDone(), places.get());
        }

        @Override
        public boolean restart() {
            return upstream.restart();
        }

        @Override
        public Optional<Integer> purge(Optional<String> path) {
            return proxy.purge(path);
        }

        @Override
        public LifecyclePhase phase() {
            return drain.phase();
        }

        @Override
        public void drain() {
            drain.begin();
        }

        @Override
        public boolean resume() {
            return drain.end();
        }
    }

    private final class Measured implements RuntimeStats {
        @Override
        public Traffic traffic() {
            return traffic.traffic();
        }

        @Override
        public int waiting() {
            return upstream.pool().waiting() + proxy.waiting();
        }

        @Override
        public List<SlotSnapshot> places() {
            return upstream.places();
        }

        @Override
        public List<SlotSnapshot.Output> output() {
            return upstream.output();
        }

        @Override
        public boolean givenUp() {
            return upstream.givenUp();
        }

        @Override
        public long restarts(RestartCause cause) {
            return upstream.restarts(cause);
        }

        @Override
        public List<BlockedRequest> blocked() {
            return upstream.blocked();
        }

        @Override
        public CacheStatistics cache() {
            return proxy.cacheFigures();
        }

        @Override
        public boolean draining() {
            return drain.phase() != LifecyclePhase.SERVING;
        }

        @Override
        public Build build() {
            String version = Application.class.getPackage().getImplementationVersion();
            return new Build(
                    version == null ? "" : version, upstream.bunVersion(), upstream.build(), upstream.buildSince());
        }
    }

    /** No Bun was found that runs here; the message says what was tried and what to do. */
    public static final class NoBunException extends Exception {
        private static final long serialVersionUID = 1L;

        NoBunException(String message) {
            super(message);
        }
    }
}
