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
 * Puts a new build into service that appears in {@code VTS_APP_DIR}: a link that now leads elsewhere, or another directory
 * in its place.
 *
 * <p>Assets and workers change together: the new build's hashed assets are served as soon as a page could name them, the
 * rest when its first worker is ready. A build that is not valid, or does not become ready, changes nothing.
 */
public final class BuildWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BuildWatcher.class);
    private static final long LOOK_EVERY_MILLIS = 1000;
    private static final long JOIN_MILLIS = 5000;

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
     * @param inService the build that the first workers run, looked at before they were started, because it may have changed
     *     since
     * @param purgeCache is called when responses of the build before must not be used any more
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
            while (!closed.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                forgetWhileMixed();
                Optional<BuildFingerprint> now = BuildFingerprint.of(appDir);
                // One that still changes is looked at again when it is done.
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

    /** While the workers change, one of the old build may still give an answer that is kept for others. */
    private void forgetWhileMixed() {
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
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
