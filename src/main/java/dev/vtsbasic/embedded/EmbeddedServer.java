package dev.vtsbasic.embedded;

import dev.vtsbasic.file.OwnedDirectory;
import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.settings.Settings;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.modeler.Registry;

/** A Tomcat in this JVM that serves one application. */
public final class EmbeddedServer implements AutoCloseable {
    /** Bun refuses request lines and headers of more than about 16 KiB; a little more here, so that Bun says so. */
    private static final int LONGEST_REQUEST_HEAD = 20 * 1024;

    /** Tomcat's own, for each direction of each connection. */
    private static final int SOCKET_BUFFER = 8 * 1024;

    /** Of HTTP/1.1; Tomcat's own. */
    private static final int REQUESTS_PER_CONNECTION = 100;

    /** For people and programs that look after it; they are to take little of the memory for connections. */
    private static final int MANAGEMENT_CONNECTIONS = 100;

    /** Browsers send these raw in paths and queries, and the app must see what they sent. */
    private static final String RELAXED_CHARACTERS = "[]|{}^`\"<>";

    /** From where an application has answered to where Tomcat has sent the end of the answer, or begun to send a file. */
    private static final Duration LONGEST_HANDOVER = Duration.ofSeconds(1);

    private static final int LOOK_EVERY_MILLIS = 20;

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private final Tomcat tomcat;
    private final OwnedDirectory baseDirectory;
    private final OffHeapEndpoint endpoint;
    private final HeaderTimeoutProtocol protocol;
    private Connector management;
    private GoAwaySender goodbyes;
    private final List<Tls> tls = new ArrayList<>();

    private EmbeddedServer(Tomcat tomcat, OwnedDirectory baseDirectory, HeaderTimeoutProtocol protocol) {
        this.tomcat = tomcat;
        this.baseDirectory = baseDirectory;
        this.protocol = protocol;
        this.endpoint = protocol.endpoint();
    }

    /**
     * Starts Tomcat with the application that {@code register} puts together.
     *
     * @param refused is called for each request that was refused since the heap has no room for it
     * @throws CannotListenException when the address or port cannot be had
     */
    public static EmbeddedServer start(Settings settings, Consumer<ServletContext> register, Runnable refused)
            throws CannotListenException {
        Connector connector =
                connector(HeapBudget.ofHeap(settings.cache()), refused, settings, settings.address(), settings.port());
        OwnedDirectory baseDirectory;
        try {
            baseDirectory = OwnedDirectory.create(
                    Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(), "vts-tomcat-");
        } catch (IOException e) {
            throw new CannotListenException("Tomcat has no directory to work in: " + e.getMessage());
        }
        // Tomcat would describe each of its parts to JMX, from XML that takes a tenth of a second to read.
        Registry.disableRegistry();
        HostNameSyntax.allowUnderscores();
        Tomcat tomcat = new Tomcat();
        EmbeddedServer server =
                new EmbeddedServer(tomcat, baseDirectory, (HeaderTimeoutProtocol) connector.getProtocolHandler());
        tomcat.setBaseDir(baseDirectory.path().toString());
        tomcat.setConnector(connector);
        StandardContext context = (StandardContext)
                tomcat.addContext(settings.contextPath(), baseDirectory.path().toString());
        context.setParentClassLoader(EmbeddedServer.class.getClassLoader());
        context.addServletContainerInitializer((classes, servletContext) -> register.accept(servletContext), Set.of());
        // What these look for is left behind by applications that come and go; this one stays as long as the JVM.
        context.setClearReferencesRmiTargets(false);
        context.setClearReferencesThreadLocals(false);
        tomcat.getHost().getPipeline().addValve(new PlainErrorValve());
        // Else the host adds the one that it knows.
        ((StandardHost) tomcat.getHost()).setErrorReportValveClass(PlainErrorValve.class.getName());
        if (settings.managementPort().isPresent()) {
            server.openManagement(refused, settings, settings.managementPort().get());
        }
        try {
            tomcat.start();
            if (!context.getState().isAvailable()) {
                throw new LifecycleException("the application did not start; the log says why");
            }
        } catch (LifecycleException e) {
            CannotListenException explained = new CannotListenException(server.explain(settings, e));
            server.close();
            throw explained;
        }
        if (settings.tlsCert().isPresent()) {
            for (Connector each : tomcat.getService().findConnectors()) {
                server.tls.add(Tls.watch(
                        each, settings.tlsCert().get(), settings.tlsKey().orElseThrow()));
            }
        }
        return server;
    }

    private void openManagement(Runnable refused, Settings settings, int port) throws CannotListenException {
        // Beside what the clients may have: whoever asks how it is gets an answer while they have all of it.
        management = connector(HeapBudget.least(), refused, settings, settings.managementAddress(), port);
        management.setProperty("maxConnections", Integer.toString(MANAGEMENT_CONNECTIONS));
        tomcat.getService().addConnector(management);
        tomcat.getHost().getPipeline().addValve(new ManagementPortValve(management, settings));
    }

    private static Connector connector(HeapBudget budget, Runnable refused, Settings settings, String address, int port)
            throws CannotListenException {
        OffHeapEndpoint endpoint = new OffHeapEndpoint(budget, settings.holdTimeout(), refused);
        HeaderTimeoutProtocol protocol = new HeaderTimeoutProtocol(endpoint, settings.headerTimeout());
        Connector connector = new VerbatimConnector(protocol);
        connector.setPort(port);
        connector.setProperty("address", address);
        connector.setThrowOnFailure(true);
        protocol.setMaxKeepAliveRequests(REQUESTS_PER_CONNECTION);
        // Else the port stays open while the running requests finish, and who comes then waits for nothing.
        connector.setProperty("bindOnInit", "false");
        connector.setXpoweredBy(false);
        connector.setAllowTrace(true);
        connector.setProperty("maxHttpRequestHeaderSize", Integer.toString(LONGEST_REQUEST_HEAD));
        // HeadBuffer takes the place of the buffer that this is for.
        connector.setProperty("maxHttpResponseHeaderSize", "0");
        connector.setProperty("socket.appReadBufSize", Integer.toString(SOCKET_BUFFER));
        connector.setProperty("socket.appWriteBufSize", Integer.toString(SOCKET_BUFFER));
        connector.setProperty("socket.directBuffer", "true");
        connector.setProperty("socket.bufferPool", "-1");
        // Java's limit for such memory is that of the heap; what comes beyond waits until another has gone.
        connector.setProperty(
                "maxConnections", Long.toString(Runtime.getRuntime().maxMemory() * 9 / 10 / (2 * SOCKET_BUFFER)));
        connector.setProperty("relaxedPathChars", RELAXED_CHARACTERS);
        connector.setProperty("relaxedQueryChars", RELAXED_CHARACTERS);
        // Only when the body is read, which is when there is a worker to take it.
        connector.setProperty("continueResponseTiming", "onRead");
        connector.setEncodedSolidusHandling("passthrough");
        connector.setEncodedReverseSolidusHandling("passthrough");
        connector.addUpgradeProtocol(new LimitedHttp2Protocol(endpoint.admission(), protocol.serving()));
        // Any octet may be percent-encoded; what it means is the app's affair.
        connector.setURIEncoding("ISO-8859-1");
        if (settings.tlsCert().isPresent()) {
            try {
                Tls.configure(
                        connector, settings.tlsCert().get(), settings.tlsKey().orElseThrow());
            } catch (IOException e) {
                throw new CannotListenException(e.getMessage());
            }
        }
        if (Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
            connector.setProperty("useVirtualThreads", "true");
        }
        return connector;
    }

    private String explain(Settings settings, Throwable failure) {
        boolean isPublic = management == null || tomcat.getConnector().getState() != LifecycleState.STARTED;
        String where = isPublic
                ? settings.address() + " port " + settings.port()
                : settings.managementAddress() + " port "
                        + settings.managementPort().orElseThrow();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return "Cannot listen on " + where + " (" + cause.getMessage() + "); stop what uses it or set "
                        + (isPublic ? "VTS_PORT" : "VTS_MANAGEMENT_PORT") + " to another";
            }
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "The server cannot start on " + where + ": " + root.getMessage();
    }

    /** The port that is listened on. */
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /**
     * Whether each connection ends with its next answer, so that a balancer of connections moves its client elsewhere. One
     * of HTTP/2 is told to bring no more.
     */
    public synchronized void closeConnectionsAfterAnswers(boolean close) {
        protocol.setMaxKeepAliveRequests(close ? 1 : REQUESTS_PER_CONNECTION);
        if (goodbyes != null) {
            goodbyes.close();
        }
        goodbyes = close ? GoAwaySender.say(protocol) : null;
    }

    /** The port that what is managed has for itself; empty when it has none. */
    public OptionalInt managementPort() {
        return management == null ? OptionalInt.empty() : OptionalInt.of(management.getLocalPort());
    }

    /**
     * Closes the port, when all that has come to it until now has been accepted. What was accepted is served, but for what
     * is managed, whose port stays open.
     */
    public void stopListening() {
        endpoint.stopListening();
    }

    /** Waits, for a few seconds at most, until what was accepted last has sent its first request. */
    public void awaitFirstRequests(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (endpoint.awaitsFirstRequest() && System.nanoTime() - start < timeout.toNanos()) {
            // Tomcat tells nobody.
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Takes no more connections but for what is managed, and no more requests on those that are open. */
    public void stopAccepting() {
        tomcat.getConnector().pause();
        protocol.closeServerSocketGraceful();
    }

    /**
     * Waits, once no more requests are taken and the application has answered those there are, until Tomcat has sent what
     * they left to it.
     *
     * @return how many files it is still sending after {@code timeout}
     */
    public int awaitFiles(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            long waited = System.nanoTime() - start;
            // Asked before the files are counted, lest one comes in between.
            boolean busy = protocol.serving().get() > 0 && waited < LONGEST_HANDOVER.toNanos();
            int files = protocol.filesBeingSent();
            if (files == 0 && !busy || waited >= timeout.toNanos()) {
                return files;
            }
            // Tomcat tells nobody when one has been sent.
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    @Override
    public synchronized void close() {
        tls.forEach(Tls::close);
        if (goodbyes != null) {
            goodbyes.close();
        }
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        } finally {
            deleteBaseDirectory();
        }
    }

    private void deleteBaseDirectory() {
        try {
            baseDirectory.close();
        } catch (IOException e) {
            // Empty directories in a temporary place.
        }
    }

    /** The server cannot listen; the message says why and what to do. */
    public static final class CannotListenException extends Exception {
        private static final long serialVersionUID = 1L;

        CannotListenException(String message) {
            super(message);
        }
    }
}
