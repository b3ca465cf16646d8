package dev.vtsbasic.deploy;

import dev.vtsbasic.asset.AssetFilter;
import dev.vtsbasic.asset.AssetIndex;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.ValidationReport;
import dev.vtsbasic.bun.BunFailure;
import dev.vtsbasic.bun.BunSupervisor;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.settings.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
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
    private final Validation validation;
    private final BasePathCopies copies;
    private final AssetFilter assets;
    private final Pages pages;
    private final BunSupervisor supervisor;
    private final Runnable forgetAnswers;
    private Optional<Sight> inService;
    private boolean mixed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "vts-build-watcher");

    private BuildWatcher(
            Path appDir,
            Optional<Sight> inService,
            Validation validation,
            BasePathCopies copies,
            AssetFilter assets,
            Pages pages,
            BunSupervisor supervisor,
            Runnable forgetAnswers) {
        this.appDir = appDir;
        this.inService = inService;
        this.validation = validation;
        this.copies = copies;
        this.assets = assets;
        this.pages = pages;
        this.supervisor = supervisor;
        this.forgetAnswers = forgetAnswers;
    }

    /**
     * Begins to watch.
     *
     * @param inService what the first workers run, seen before they were started: it may have changed since
     * @param forgetAnswers called when answers of the build before are no longer to be given
     */
    public static BuildWatcher watch(
            Path appDir,
            Optional<Sight> inService,
            Validation validation,
            BasePathCopies copies,
            AssetFilter assets,
            Pages pages,
            BunSupervisor supervisor,
            Runnable forgetAnswers) {
        BuildWatcher watcher =
                new BuildWatcher(appDir, inService, validation, copies, assets, pages, supervisor, forgetAnswers);
        watcher.thread.setDaemon(true);
        watcher.thread.start();
        return watcher;
    }

    /** By which one build is told from the next, without reading all of it. */
    public record Sight(Path root, Object rootKey, Object entryKey, FileTime modified, long size) {
        /** Empty while there is no whole build. */
        public static Optional<Sight> of(Path appDir) {
            try {
                Dist dist = Dist.at(appDir.toRealPath());
                BasicFileAttributes root = Files.readAttributes(dist.root(), BasicFileAttributes.class);
                BasicFileAttributes entry = Files.readAttributes(dist.entry(), BasicFileAttributes.class);
                return Optional.of(new Sight(
                        dist.root(), root.fileKey(), entry.fileKey(), entry.lastModifiedTime(), entry.size()));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }

    private void run() {
        Optional<Sight> before = inService;
        try {
            while (!closed.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                forgetWhileMixed();
                Optional<Sight> now = Sight.of(appDir);
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
            forgetAnswers.run();
        }
    }

    private void deploy() throws InterruptedException {
        AssetIndex next = null;
        try {
            Dist dist = Dist.at(appDir.toRealPath());
            BasePathCopies.Fitted build = copies.fit(dist);
            ValidationReport report = copies.validate(build);
            if (!report.valid() && validation == Validation.FAIL) {
                refuse(report.text());
                return;
            }
            if (!report.valid()) {
                Event.BUILD_INVALID.log(LOG, "{problem}", report.text());
            }
            if (!report.warnings().isEmpty()) {
                Event.BUILD_WARNING.log(LOG, "{problem}", report.warningSummary());
            }
            next = assets.add(build.dist().client(), build.rewritten());
            Optional<BunFailure> failure = supervisor.deploy(build.dist()).get();
            if (failure.isEmpty()) {
                assets.makeCurrent(next);
                pages.takeFrom(build.dist().client());
                assets.compress(next, build.rewritten());
                next = null;
                forgetAnswers.run();
                mixed = true;
                Event.BUILD_IN_SERVICE.log(LOG, "The new build in {build} is in service", dist.root());
                return;
            }
            refuse(failure.get().message());
        } catch (IOException | ExecutionException | RuntimeException e) {
            refuse(e.toString());
        } finally {
            if (next != null) {
                assets.remove(next);
            }
            copies.keepOnly(assets.clients());
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
