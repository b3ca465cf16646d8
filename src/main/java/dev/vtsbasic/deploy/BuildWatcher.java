package dev.vtsbasic.deploy;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.BunFailure;
import dev.vtsbasic.bun.BunSupervisor;
import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a new build into service when one appears in {@code VTS_APP_DIR}, because a link there was switched or the
 * directory was replaced.
 *
 * <p>Assets and workers change together: the new build's hashed assets are served as soon as a page could name them,
 * and its other files when its first worker is ready. A build that is not valid, or does not become ready, changes
 * nothing.
 */
public final class BuildWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BuildWatcher.class);
    private static final long POLL_INTERVAL_MILLIS = 1000;
    private static final long JOIN_TIMEOUT_MILLIS = 5000;

    private final Path appDir;
    private final Deployer deployer;
    private final BunSupervisor supervisor;
    private final Runnable purgeCache;
    private Optional<BuildFingerprint> inService;
    private boolean mixed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "vts-build-watcher");

    private BuildWatcher(
            Path appDir,
            Optional<BuildFingerprint> inService,
            Deployer deployer,
            BunSupervisor supervisor,
            Runnable purgeCache) {
        this.appDir = appDir;
        this.inService = inService;
        this.deployer = deployer;
        this.supervisor = supervisor;
        this.purgeCache = purgeCache;
    }

    /**
     * Begins to watch.
     *
     * @param appDir a directory, or a link that deployments switch
     * @param inService the build that the first workers run, read before they were started, because the directory may
     *     have changed since
     * @param purgeCache called when the cache must no longer use responses of the earlier build
     */
    public static BuildWatcher watch(
            Path appDir,
            Optional<BuildFingerprint> inService,
            Deployer deployer,
            BunSupervisor supervisor,
            Runnable purgeCache) {
        BuildWatcher watcher = new BuildWatcher(appDir, inService, deployer, supervisor, purgeCache);
        watcher.thread.setDaemon(true);
        watcher.thread.start();
        return watcher;
    }

    private void run() {
        Optional<BuildFingerprint> before = inService;
        try {
            while (!closed.await(POLL_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                purgeCacheWhileMixed();
                Optional<BuildFingerprint> now = BuildFingerprint.of(appDir);
                // A build is deployed only if it has not changed since the previous check, because a copy to the
                // directory may still be in progress.
                if (now.isPresent() && now.equals(before) && !now.equals(inService)) {
                    inService = now;
                    deploy();
                }
                before = now;
            }
        } catch (InterruptedException e) {
            LOG.debug("No more watching", e);
        }
    }

    /** While workers are replaced, the cache may still store a response from a worker of the old build. */
    private void purgeCacheWhileMixed() {
        if (mixed) {
            mixed = !supervisor.runsOneBuild();
            purgeCache.run();
        }
    }

    private void deploy() throws InterruptedException {
        Deployer.Candidate candidate = null;
        try {
            Dist dist = Dist.at(appDir.toRealPath());
            BasePathCopies.Fitted build = deployer.fit(dist);
            candidate = deployer.prepare(build);
            Optional<BunFailure> failure = supervisor.deploy(build.dist()).get();
            if (failure.isPresent()) {
                refuse(failure.get().message());
                return;
            }
            candidate.putIntoService();
            candidate.compress();
            candidate = null;
            purgeCache.run();
            mixed = true;
            Event.BUILD_IN_SERVICE.log(LOG, "The new build in {build} is in service", dist.root());
        } catch (Deployer.InvalidBuildException e) {
            refuse(e.getMessage());
        } catch (IOException | ExecutionException | RuntimeException e) {
            refuse(e.toString());
        } finally {
            if (candidate != null) {
                candidate.discard();
            }
            deployer.removeUnusedCopies();
        }
    }

    private void refuse(String why) {
        Event.BUILD_REFUSED.log(
                LOG,
                "The new build in {build} is not put into service, and the one before it goes on: {problem}",
                appDir,
                why);
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(JOIN_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
