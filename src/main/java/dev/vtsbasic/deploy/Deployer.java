package dev.vtsbasic.deploy;

import dev.vtsbasic.asset.AssetFilter;
import dev.vtsbasic.asset.AssetIndex;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.validation.ValidationReport;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.settings.Validation;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a build and puts its files into service. The first build and each later one take the same path. Not
 * thread-safe: first only the application's start uses it, and then only the {@link BuildWatcher}.
 */
public final class Deployer {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);

    private final BasePathCopies copies;
    private final AssetFilter assets;
    private final Pages pages;
    private final Validation validation;
    private final boolean checksServerCode;

    /**
     * @param validation what happens to an invalid build
     * @param checksServerCode whether Bun runs the build here; false when another server runs the app
     */
    public Deployer(
            BasePathCopies copies, AssetFilter assets, Pages pages, Validation validation, boolean checksServerCode) {
        this.copies = copies;
        this.assets = assets;
        this.pages = pages;
        this.validation = validation;
        this.checksServerCode = checksServerCode;
    }

    /**
     * Copies a build with an open base for the path at which browsers see the app; any other build stays as it is.
     *
     * @throws IOException when the build cannot be read, or no copy of it can be made
     */
    public BasePathCopies.Fitted fit(Dist dist) throws IOException {
        return copies.fit(dist);
    }

    /**
     * Checks a build and indexes its client files, which are not served yet.
     *
     * @throws InvalidBuildException when the build is invalid and the settings do not accept that
     * @throws IOException when the build cannot be read
     */
    public Candidate prepare(BasePathCopies.Fitted build) throws IOException, InvalidBuildException {
        ValidationReport all = copies.validate(build);
        ValidationReport report = checksServerCode ? all : all.withoutServer();
        if (!report.valid() && validation == Validation.FAIL) {
            throw new InvalidBuildException(report.text());
        }
        if (!report.warnings().isEmpty()) {
            Event.BUILD_WARNING.log(LOG, "{problem}", report.warningSummary());
        }
        Event event = report.valid() ? Event.BUILD_VALID : Event.BUILD_INVALID;
        event.log(LOG, "{report}", report.text());
        return new Candidate(build, assets.add(build.dist().client(), build.rewritten()));
    }

    /** Removes the copies of builds whose files are no longer served. */
    void removeUnusedCopies() {
        copies.keepOnly(assets.clients());
    }

    /** A build that was checked. {@link #putIntoService} begins to serve its files. */
    public final class Candidate {
        private final BasePathCopies.Fitted build;
        private final AssetIndex index;

        private Candidate(BasePathCopies.Fitted build, AssetIndex index) {
            this.build = build;
            this.index = index;
        }

        /**
         * Serves the build's files and error pages from now on. Files of earlier builds stay, because pages that are
         * open in browsers name them.
         */
        public void putIntoService() {
            assets.makeCurrent(index);
            pages.readBrandedPages(build.dist().client());
        }

        /** Begins to compress the files that are not compressed in the build. */
        public void compress() {
            assets.compress(index, build.rewritten());
        }

        /** Removes the build's index. Must not be called after {@link #putIntoService}. */
        void discard() {
            assets.remove(index);
        }
    }

    /** A build lacks files or does not fit its path; the message says what is wrong with it. */
    public static final class InvalidBuildException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidBuildException(String message) {
            super(message);
        }
    }
}
