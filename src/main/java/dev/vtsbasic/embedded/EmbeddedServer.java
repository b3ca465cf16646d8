package dev.vtsbasic.embedded;

import dev.vtsbasic.embedded.connector.GoAwaySender;
import dev.vtsbasic.embedded.connector.HeaderTimeoutProtocol;
import dev.vtsbasic.embedded.connector.HostNameSyntax;
import dev.vtsbasic.embedded.connector.OffHeapEndpoint;
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

/** An embedded Tomcat that serves one application on a public port and, if configured, on a management port. */
public final class EmbeddedServer implements AutoCloseable {
    /**
     * Only operators and monitoring use the management port, and its connections take memory that clients could use.
     */
    private static final int MAX_MANAGEMENT_CONNECTIONS = 100;

    /**
     * How long a stop waits for Tomcat to send the end of a response that the application has finished, or to begin to
     * send its file.
     */
    private static final Duration HANDOVER_TIMEOUT = Duration.ofSeconds(1);

    private static final int POLL_INTERVAL_MILLIS = 20;

    private final Tomcat tomcat;
    private final OwnedDirectory baseDirectory;
    private final OffHeapEndpoint endpoint;
    private final HeaderTimeoutProtocol protocol;
    private Connector management;
    private GoAwaySender goAwaySender;
    private final List<Tls> tls = new ArrayList<>();

    private EmbeddedServer(Tomcat tomcat, OwnedDirectory baseDirectory, HeaderTimeoutProtocol protocol) {
        this.tomcat = tomcat;
        this.baseDirectory = baseDirectory;
        this.protocol = protocol;
        this.endpoint = protocol.endpoint();
    }

    /**
     * Starts Tomcat with the application whose filters and servlets {@code register} adds.
     *
     * @param register called with the application's context while Tomcat starts
     * @param refused called for each request that is refused because the heap has no room for it
     * @throws CannotListenException when the server cannot start, because it cannot use the address, the port, the TLS
     *     files or the temporary directory, or because the application does not start
     */
    public static EmbeddedServer start(Settings settings, Consumer<ServletContext> register, Runnable refused)
            throws CannotListenException {
        ConnectorFactory connectors = new ConnectorFactory(settings, refused);
        Connector connector = connectors.create(
                HeapBudget.ofHeap(settings.proxy().cache()),
                settings.server().address(),
                settings.server().port());
        OwnedDirectory baseDirectory;
        try {
            baseDirectory = OwnedDirectory.create(
                    Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(), "vts-tomcat-");
        } catch (IOException e) {
            throw new CannotListenException("Tomcat has no directory to work in: " + e.getMessage(), e);
        }
        // Without this, Tomcat describes each of its parts to JMX, from XML that takes a tenth of a second to read.
        Registry.disableRegistry();
        HostNameSyntax.allowUnderscores();
        Tomcat tomcat = new Tomcat();
        EmbeddedServer server =
                new EmbeddedServer(tomcat, baseDirectory, (HeaderTimeoutProtocol) connector.getProtocolHandler());
        tomcat.setBaseDir(baseDirectory.path().toString());
        tomcat.setConnector(connector);
        StandardContext context = (StandardContext) tomcat.addContext(
                settings.server().contextPath(), baseDirectory.path().toString());
        context.setParentClassLoader(EmbeddedServer.class.getClassLoader());
        context.addServletContainerInitializer((classes, servletContext) -> register.accept(servletContext), Set.of());
        // Tomcat searches for leaks of an undeployed application; this application stays as long as the JVM.
        context.setClearReferencesRmiTargets(false);
        context.setClearReferencesThreadLocals(false);
        tomcat.getHost().getPipeline().addValve(new PlainErrorValve());
        // The host adds its default valve unless the pipeline has one of this class.
        ((StandardHost) tomcat.getHost()).setErrorReportValveClass(PlainErrorValve.class.getName());
        if (settings.management().port().isPresent()) {
            server.openManagement(
                    connectors, settings, settings.management().port().get());
        }
        try {
            tomcat.start();
            if (!context.getState().isAvailable()) {
                throw new LifecycleException("the application did not start; the log says why");
            }
        } catch (LifecycleException e) {
            CannotListenException explained = new CannotListenException(server.explain(settings, e), e);
            server.close();
            throw explained;
        }
        if (settings.server().tls().isPresent()) {
            for (Connector each : tomcat.getService().findConnectors()) {
                server.tls.add(Tls.watch(
                        each,
                        settings.server().tls().get().certificate(),
                        settings.server().tls().get().key()));
            }
        }
        return server;
    }

    private void openManagement(ConnectorFactory connectors, Settings settings, int port) throws CannotListenException {
        // The management port has a heap budget of its own, so that operators get responses while clients use all of
        // theirs.
        management =
                connectors.create(HeapBudget.minimum(), settings.management().address(), port);
        management.setProperty("maxConnections", Integer.toString(MAX_MANAGEMENT_CONNECTIONS));
        tomcat.getService().addConnector(management);
        tomcat.getHost().getPipeline().addValve(new ManagementPortValve(management, settings));
    }

    private String explain(Settings settings, Throwable failure) {
        boolean isPublic = management == null || tomcat.getConnector().getState() != LifecycleState.STARTED;
        String where = isPublic
                ? settings.server().address() + " port " + settings.server().port()
                : settings.management().address() + " port "
                        + settings.management().port().orElseThrow();
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

    /** The public port that the server listens on. */
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /**
     * Sets whether each HTTP/1.1 connection closes after its next response, so that a load balancer that balances
     * connections moves the client to another server. HTTP/2 connections get GOAWAY instead.
     */
    public synchronized void closeConnectionsAfterResponses(boolean close) {
        protocol.setMaxKeepAliveRequests(close ? 1 : ConnectorFactory.MAX_REQUESTS_PER_CONNECTION);
        if (goAwaySender != null) {
            goAwaySender.close();
        }
        goAwaySender = close ? GoAwaySender.start(protocol) : null;
    }

    /** The management port; empty when management has no port of its own. */
    public OptionalInt managementPort() {
        return management == null ? OptionalInt.empty() : OptionalInt.of(management.getLocalPort());
    }

    /**
     * Closes the public port after Tomcat has accepted all connections that the kernel holds for it. Tomcat still
     * serves the accepted connections, and the management port stays open.
     */
    public void stopListening() {
        endpoint.stopListening();
    }

    /**
     * Waits until the connections that were accepted last have sent their first request. Each connection is given 5
     * seconds from its acceptance.
     *
     * @param timeout maximum time to wait
     */
    public void awaitFirstRequests(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (endpoint.awaitsFirstRequest() && System.nanoTime() - start < timeout.toNanos()) {
            // Tomcat has no callback for this.
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
    }

    /**
     * Stops accepting connections on the public port, and requests on its open connections. Management is not affected.
     */
    public void stopAccepting() {
        tomcat.getConnector().pause();
        protocol.closeServerSocketGraceful();
    }

    /**
     * Waits until Tomcat has sent the rest of the responses that the application has finished. To be called after
     * {@link #stopAccepting}.
     *
     * @return how many files Tomcat is still sending after {@code timeout}
     */
    public int awaitFiles(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            long waited = System.nanoTime() - start;
            // Read before the files are counted, because a thread that serves a request may begin to send a file.
            boolean busy = protocol.serving().get() > 0 && waited < HANDOVER_TIMEOUT.toNanos();
            int files = protocol.filesBeingSent();
            if (files == 0 && !busy || waited >= timeout.toNanos()) {
                return files;
            }
            // Tomcat has no callback for a file that has been sent.
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
    }

    @Override
    public synchronized void close() {
        tls.forEach(Tls::close);
        if (goAwaySender != null) {
            goAwaySender.close();
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
            // Only empty directories are left, in the temporary directory.
        }
    }

    /** The server cannot start; the message says why and what the operator can do. */
    public static final class CannotListenException extends Exception {
        private static final long serialVersionUID = 1L;

        CannotListenException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
