package dev.vtsbasic.cli;

import dev.vtsbasic.app.AcceptedConnections;
import dev.vtsbasic.app.Application;
import dev.vtsbasic.app.BunLocator;
import dev.vtsbasic.bun.BunFailure;
import dev.vtsbasic.embedded.EmbeddedServer;
import dev.vtsbasic.embedded.Logging;
import dev.vtsbasic.embedded.Signals;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.OnCrashLoop;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.war.WarFiles;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: runs Bun and an embedded Tomcat until a signal stops the program or Bun fails. */
@Command(
        name = "serve",
        description = "Starts Bun and serves its app; the default command.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by a signal, all requests finished",
            "1:Bun could not start, or keeps crashing",
            "2:the server could not start: port taken, bad setting, bad build",
            "3:Bun did not answer in time",
            "134:out of memory",
            "143:stopped by a signal, some requests had to be cut"
        })
public final class ServeCommand implements Callable<Integer> {
    private static final int STOPPED = 0;
    private static final int BUN_FAILED = 1;
    private static final int CANNOT_START = 2;
    private static final int NOT_READY = 3;
    private static final int STOPPED_WITH_CUT_REQUESTS = 143;
    private static final int OUT_OF_MEMORY = 134;

    @Option(names = "--port", description = "Port to listen on (VTS_PORT); 0 takes any free one.")
    private String port;

    @Option(names = "--app", paramLabel = "DIST", description = "Build to serve (VTS_APP_DIR).")
    private String app;

    @Override
    public Integer call() throws InterruptedException {
        long started = System.nanoTime();
        Signals signals = Signals.install();
        Settings settings;
        try {
            settings = settings();
        } catch (BadSettingException | IOException e) {
            return fail(CANNOT_START, e.getMessage());
        }
        Logging.configure(settings.logs().level(), settings.logs().format());
        Thread.setDefaultUncaughtExceptionHandler(ServeCommand::onUncaught);
        Application host;
        try {
            host = Application.start(
                    settings,
                    WarFiles.in(WarFiles.home()),
                    settings.server().contextPath(),
                    Optional.empty(),
                    Logging::print);
        } catch (BunLocator.NoBunException e) {
            return fail(BUN_FAILED, e.getMessage());
        } catch (BadSettingException | IOException e) {
            return fail(CANNOT_START, e.getMessage());
        }
        try (host) {
            return serve(settings, host, signals, started);
        }
    }

    private static int serve(Settings settings, Application host, Signals signals, long started)
            throws InterruptedException {
        try (EmbeddedServer server =
                EmbeddedServer.start(settings, context -> register(context, host), host::countHeapRejection)) {
            host.publishPort(server.port());
            server.managementPort().ifPresent(port -> announceManagement(settings, port));
            host.setConnectionCloser(server::closeConnectionsAfterResponses);
            host.firstReady().thenRun(() -> announce(settings, server.port(), started));
            try {
                if (settings.workers().rules().onCrashLoop() == OnCrashLoop.STAY) {
                    signals.received().get();
                } else {
                    CompletableFuture.anyOf(signals.received(), host.failure()).get();
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
            if (!signals.received().isDone()) {
                BunFailure failure = host.failure().join();
                int code = failure.reason() == BunFailure.Reason.NOT_READY_IN_TIME ? NOT_READY : BUN_FAILED;
                return fail(code, failure.message());
            }
            String signal = signals.received().join();
            // The server serves for the shutdown delay, so that load balancers see "not ready" before the port closes.
            Duration delay = settings.server().shutdownDelay().minus(host.beginStop());
            if (delay.isNegative() || delay.isZero()) {
                Event.STOPPING.log(logger(), "{signal} received: finishing the running requests", signal);
            } else {
                Event.STOPPING.log(
                        logger(), "{signal} received: not ready; stopping in {delay_ms} ms", signal, delay.toMillis());
                Thread.sleep(delay.toMillis());
            }
            server.stopListening();
            int left = host.finish(connectionsOf(server));
            // The application closes before the server, because Tomcat searches for threads that the application leaves
            // behind.
            host.close();
            return left == 0 ? STOPPED : STOPPED_WITH_CUT_REQUESTS;
        } catch (EmbeddedServer.CannotListenException e) {
            return fail(CANNOT_START, e.getMessage());
        }
    }

    /**
     * Registers the application with Tomcat, and has Tomcat close it when Tomcat stops or fails to start, because
     * Tomcat then searches for threads that the application leaves behind.
     */
    private static void register(ServletContext context, Application host) {
        host.register(context);
        context.addListener(new ServletContextListener() {
            @Override
            public void contextDestroyed(ServletContextEvent event) {
                host.close();
            }
        });
    }

    private static AcceptedConnections connectionsOf(EmbeddedServer server) {
        return new AcceptedConnections() {
            @Override
            public void awaitFirstRequests(Duration timeout) throws InterruptedException {
                server.awaitFirstRequests(timeout);
            }

            @Override
            public void stopAccepting() {
                server.stopAccepting();
            }

            @Override
            public int awaitFiles(Duration timeout) throws InterruptedException {
                return server.awaitFiles(timeout);
            }
        };
    }

    private Settings settings() throws BadSettingException, IOException {
        Map<String, String> options = new HashMap<>();
        Optional.ofNullable(port).ifPresent(value -> options.put("vts.port", value));
        Optional.ofNullable(app).ifPresent(value -> options.put("vts.app-dir", value));
        return Settings.read(List.of(
                SettingSource.commandLine(options),
                SettingSource.systemProperties(),
                SettingSource.environment(),
                SettingSource.properties(WarFiles.in(WarFiles.home()).open("/WEB-INF/vts.properties"))));
    }

    /**
     * Ends the JVM when it is out of memory, because a server that has lost a thread may never respond again. A stack
     * overflow costs its own thread alone.
     */
    private static void onUncaught(Thread thread, Throwable failure) {
        if (failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError)) {
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
        Event.THREAD_ENDED.log(logger(), "Thread {thread} ended", thread.getName(), failure);
    }

    private static void announceManagement(Settings settings, int port) {
        Event.MANAGEMENT_READY.log(
                logger(),
                "Management is on {scheme}://{address}:{port}{path}/",
                settings.server().scheme(),
                settings.management().address(),
                port,
                settings.server().contextPath() + settings.management().path());
    }

    private static void announce(Settings settings, int port, long started) {
        Event.READY.log(
                logger(),
                "Ready on {scheme}://localhost:{port}{path} after {duration_ms} ms",
                settings.server().scheme(),
                port,
                settings.server().contextPath(),
                Duration.ofNanos(System.nanoTime() - started).toMillis());
    }

    /**
     * Not a constant, because a logger that is made before {@link Logging#configure} would keep the JVM's own format.
     */
    private static Logger logger() {
        return LoggerFactory.getLogger(ServeCommand.class);
    }

    private static int fail(int code, String message) {
        System.err.println("vts-basic: " + message);
        return code;
    }
}
