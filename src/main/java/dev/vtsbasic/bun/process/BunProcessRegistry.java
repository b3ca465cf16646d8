package dev.vtsbasic.bun.process;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running Bun processes and the directories that they share. Starts processes, and stops all that still run. Safe
 * for any number of threads.
 */
public final class BunProcessRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(BunProcessRegistry.class);

    private final BunBinary bun;
    private final WorkingDirectory workingDirectory;
    private final RunDirectory run;
    private final BunProcessFactory factory;
    private final OrphanReaper orphans = OrphanReaper.start();
    private final Set<BunProcess> processes = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    private BunProcessRegistry(
            BunBinary bun, WorkingDirectory workingDirectory, RunDirectory run, BunProcessFactory factory) {
        this.bun = bun;
        this.workingDirectory = workingDirectory;
        this.run = run;
        this.factory = factory;
    }

    /**
     * Makes a run directory; starts no process yet.
     *
     * @param base path under which browsers see the app; empty at the root
     * @param runDirectories candidates for the directory of the workers' sockets, best first
     * @throws IOException when none of them can be used, or the directory for the app to run in does not exist
     */
    public static BunProcessRegistry create(BunBinary bun, String base, Settings settings, List<Path> runDirectories)
            throws IOException {
        // Before the run directory, because a failure here would leave that directory behind.
        WorkingDirectory workingDirectory = WorkingDirectory.of(settings);
        RunDirectory run = RunDirectory.in(runDirectories);
        return new BunProcessRegistry(
                bun, workingDirectory, run, new BunProcessFactory(bun, workingDirectory, base, settings, run));
    }

    public String bunVersion() {
        return bun.version();
    }

    /** Logs a warning if a deploy has replaced the directory that the app runs in. */
    public void warnIfWorkingDirectoryReplaced() {
        workingDirectory.warnIfReplaced();
    }

    /**
     * Starts a process that runs the server entry of {@code dist}; kills it at once if {@link #stopAll} was called.
     *
     * @param name of the worker, unique within this JVM
     * @throws IOException when the process cannot be started
     */
    public BunProcess start(String name, Dist dist) throws IOException {
        BunProcess process = factory.start(name, dist);
        processes.add(process);
        process.whenEnded(() -> processes.remove(process));
        if (stopping) {
            process.kill(); // stopAll() may have listed the processes before this one was added.
        }
        return process;
    }

    /**
     * Stops all processes at the same time, and returns when they have ended.
     *
     * @param grace how long they may take before they are killed
     */
    public void stopAll(Duration grace) throws InterruptedException {
        stopping = true;
        orphans.close();
        List<Thread> stops = processes.stream()
                .map(process -> stopInBackground(process, grace))
                .toList();
        for (Thread stop : stops) {
            stop.join();
        }
    }

    private static Thread stopInBackground(BunProcess process, Duration grace) {
        Thread thread = new Thread(
                () -> {
                    try {
                        process.stop(grace);
                    } catch (InterruptedException e) {
                        process.kill();
                    }
                },
                "vts-stop");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    public void killAll() {
        processes.forEach(BunProcess::kill);
    }

    /** Removes the run directory. To be called when no process is started any more. */
    public void removeFiles() {
        try {
            run.close();
        } catch (IOException e) {
            Event.LEFT_BEHIND.log(LOG, "Could not be removed: {problem}", e.getMessage());
        }
    }
}
