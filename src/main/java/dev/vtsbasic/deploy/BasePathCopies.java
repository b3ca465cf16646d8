package dev.vtsbasic.deploy;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.base.OpenBase;
import dev.vtsbasic.build.validation.BuildSummary;
import dev.vtsbasic.build.validation.BuildValidator;
import dev.vtsbasic.build.validation.ValidationReport;
import dev.vtsbasic.file.OwnedDirectory;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes builds fit the path at which browsers see the application: copies a build with an open base to a work directory
 * and writes the path into the copy. {@link #close} removes the copies. Safe for any number of threads.
 */
public final class BasePathCopies implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BasePathCopies.class);
    private static final String PREFIX = "base-";

    private final String base;
    private final List<Path> workDirectories;
    private final Map<Path, OwnedDirectory> copies = new HashMap<>();

    /**
     * A build as it is served.
     *
     * @param dist the build's files
     * @param rewritten the paths of the client files that the base was written into
     * @param origin the build before it was copied
     * @param anyBase whether the build has an open base
     */
    public record Fitted(Dist dist, Set<String> rewritten, Dist origin, boolean anyBase) {}

    /** @param base path at which browsers see the application; empty at the root */
    public BasePathCopies(String base, List<Path> workDirectories) {
        this.base = base;
        this.workDirectories = workDirectories;
    }

    /** @throws IOException when the build cannot be read, or no copy of it can be made */
    public synchronized Fitted fit(Dist dist) throws IOException {
        if (base.isEmpty() && OpenBase.isWrittenForRoot(dist)) {
            return new Fitted(dist, Set.of(), dist, true);
        }
        Optional<OpenBase> open = OpenBase.of(dist);
        if (open.isEmpty()) {
            return new Fitted(dist, Set.of(), dist, false);
        }
        StringBuilder refusals = new StringBuilder();
        for (Path workDirectory : workDirectories) {
            try {
                OwnedDirectory made = OwnedDirectory.create(WorkDirectory.makePrivate(workDirectory), PREFIX);
                Path directory = made.path();
                copies.put(directory, made);
                try {
                    Dist copy = open.get().copyFor(base, directory);
                    Event.BUILD_AT_BASE.log(
                            LOG,
                            "The build in {build} is served at {base}/ from {directory}",
                            dist.root(),
                            base,
                            directory);
                    return new Fitted(copy, open.get().clientFiles(), dist, true);
                } catch (IOException | RuntimeException e) {
                    remove(directory);
                    throw e;
                }
            } catch (IOException e) {
                refusals.append("\n  ").append(workDirectory).append(": ").append(e.getMessage());
            }
        }
        throw new IOException("No directory for a copy of the app that is written for " + base
                + "/; set VTS_WORK_DIR to a writable one. Tried:" + refusals);
    }

    /** Checks a build that is going to be served. */
    public ValidationReport validate(Fitted build) throws IOException {
        return validate(build.origin(), build.anyBase());
    }

    /** Checks a build that is not going to be served, for {@code validate}. */
    public ValidationReport validate(Dist dist) throws IOException {
        boolean anyBase = base.isEmpty() && OpenBase.isWrittenForRoot(dist)
                || OpenBase.of(dist).isPresent();
        return validate(dist, anyBase);
    }

    private ValidationReport validate(Dist dist, boolean anyBase) throws IOException {
        ValidationReport report = BuildValidator.validate(dist);
        return anyBase ? report : report.withMisfit(misfit(report));
    }

    /**
     * A message that a build was made for another path than the one at which browsers see it, and what the operator can
     * do. Empty if the build fits, if none of its URLs shows a path, or if a file is missing, because then the path
     * that was found is uncertain.
     */
    private Optional<String> misfit(ValidationReport report) {
        BuildSummary build = report.build();
        boolean isBaseUncertain = build.isBaseAssumed() || !report.missing().isEmpty();
        if (isBaseUncertain || build.base().equals(base + "/")) {
            return Optional.empty();
        }
        String made = build.base();
        String war = made.equals("/")
                ? "ROOT.war"
                : made.substring(1, made.length() - 1).replace("/", "#") + ".war";
        String path = made.equals("/") ? "/" : made.substring(0, made.length() - 1);
        return Optional.of("The build in " + build.root() + " is made for " + made + " and browsers see it at "
                + base + "/: serve it at " + made + " (as " + war + ", or with VTS_CONTEXT_PATH=" + path
                + " and java -jar), or build it with base: '" + OpenBase.BASE
                + "' in Vite's configuration, which fits every path");
    }

    /** Removes all copies except those of the builds with these client directories. */
    synchronized void keepOnly(Set<Path> clients) {
        List<Path> others = new ArrayList<>(copies.keySet());
        others.removeIf(directory -> clients.stream().anyMatch(client -> client.startsWith(directory)));
        others.forEach(this::remove);
    }

    private void remove(Path directory) {
        try {
            copies.remove(directory).close();
        } catch (IOException e) {
            Event.LEFT_BEHIND.log(LOG, "Could not be removed: {problem}", e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        keepOnly(Set.of());
    }
}
