package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a Bun worker running: starts it, waits until it answers, hands it to the pool, starts another when it dies.
 *
 * <p>One thread tells the whole story of a worker's slot, from top to bottom. Safe for any number of threads.
 */
public final class BunSupervisor implements Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(BunSupervisor.class);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final BunBinary bun;
    private final Dist dist;
    private final Settings settings;
    private final RunDirectory run;
    private final Backoff backoff;
    private final ReadyWorkers pool = new ReadyWorkers();
    private final CompletableFuture<Duration> firstReady = new CompletableFuture<>();
    private final CompletableFuture<BunFailure> failure = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = new Thread(this::supervise, "vts-bun-supervisor");
    private volatile BunProcess current;

    private BunSupervisor(BunBinary bun, Dist dist, Settings settings, RunDirectory run) {
        this.bun = bun;
        this.dist = dist;
        this.settings = settings;
        this.run = run;
        this.backoff = new Backoff(settings.maxCrashes(), settings.crashWindow());
    }

    /**
     * Begins to start a worker and returns at once.
     *
     * @param runDirectories where the workers' sockets may lie, best first
     * @throws IOException when none of them can be used
     */
    public static BunSupervisor start(BunBinary bun, Dist dist, Settings settings, List<Path> runDirectories)
            throws IOException {
        BunSupervisor supervisor = new BunSupervisor(bun, dist, settings, RunDirectory.in(runDirectories));
        supervisor.thread.setDaemon(true);
        supervisor.thread.start();
        return supervisor;
    }

    @Override
    public WorkerPool pool() {
        return pool;
    }

    @Override
    public CompletableFuture<Duration> firstReady() {
        return firstReady;
    }

    @Override
    public CompletableFuture<BunFailure> failure() {
        return failure;
    }

    @Override
    public boolean answers() {
        BunProcess process = current;
        return pool.current().isPresent() && process != null && process.answers(PROBE_TIMEOUT);
    }

    private void supervise() {
        try {
            for (int start = 1; stopping.getCount() > 0; start++) {
                Duration pause = runOnce("worker-1-" + start);
                if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Supervision ended", e);
        }
    }

    /** One worker's life. Returns how long to wait before the next. */
    private Duration runOnce(String name) throws InterruptedException {
        long started = System.nanoTime();
        BunProcess process;
        try {
            process = BunProcess.start(name, bun, dist, settings, run);
        } catch (IOException e) {
            return crashed(BunFailure.Reason.CRASHED, "Bun could not be started: " + e.getMessage());
        }
        current = process;
        if (stopping.getCount() == 0) {
            process.kill(); // close() may have looked for it too early.
        }
        Worker worker;
        try {
            worker = process.awaitReady(settings.readyPath(), settings.startupTimeout());
        } catch (BunProcess.ExitedException e) {
            int exitCode = process.awaitExit();
            return crashed(
                    BunFailure.Reason.CRASHED,
                    "Bun ended with exit code " + exitCode + " before it answered; it printed:" + process.lastWords());
        } catch (TimeoutException e) {
            process.kill();
            process.awaitExit();
            return crashed(
                    BunFailure.Reason.NOT_READY_IN_TIME,
                    "Bun did not answer " + settings.readyPath() + " within "
                            + settings.startupTimeout().toMillis()
                            + " ms; VTS_STARTUP_TIMEOUT sets how long it may take, VTS_READY_PATH what is asked. It printed:"
                            + process.lastWords());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        LOG.info("{} is ready after {} ms (pid {}, Bun {})", name, took.toMillis(), process.pid(), bun.version());
        pool.add(worker);
        firstReady.complete(took);
        int exitCode;
        try {
            exitCode = process.awaitExit();
        } finally {
            pool.remove(worker);
        }
        return crashed(
                BunFailure.Reason.CRASHED,
                name + " (pid " + process.pid() + ") ended with exit code " + exitCode + "; it printed last:"
                        + process.lastWords());
    }

    private Duration crashed(BunFailure.Reason reason, String message) {
        if (stopping.getCount() == 0) {
            return Duration.ZERO;
        }
        Duration pause = backoff.crashed(System.nanoTime());
        LOG.warn("{}", message);
        if (!firstReady.isDone()) {
            failure.complete(new BunFailure(reason, message));
        } else if (backoff.isCrashLoop()) {
            failure.complete(new BunFailure(
                    reason,
                    "Bun crashed " + settings.maxCrashes() + " times within "
                            + settings.crashWindow().toSeconds() + " s. " + message));
        }
        return pause;
    }

    /** Ends the worker: gently within the stop time-out, else by force. */
    @Override
    public void close() {
        stopping.countDown();
        pool.close();
        BunProcess process = current;
        try {
            if (process != null) {
                process.stop(settings.stopTimeout());
            }
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            if (process != null) {
                process.kill();
            }
            Thread.currentThread().interrupt();
        }
        try {
            run.close();
        } catch (IOException e) {
            LOG.warn("Left behind: {}", e.getMessage());
        }
    }
}
