package dev.vtsbasic.build.reproduction;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.base.OpenBase;
import dev.vtsbasic.build.base.OpenBaseRecord;
import dev.vtsbasic.build.reproduction.ReproductionReport.Existing;
import dev.vtsbasic.file.DirectoryTree;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks whether a project gives the same build each time. It builds two copies of the project one after the other, in
 * different directories, with different user names, homes, languages and time zones, and compares the results.
 */
public final class BuildReproduction implements AutoCloseable {
    private final Project project;
    private final Path bun;
    private final Optional<String> command;
    private final String shownCommand;
    private final Path copies;
    private final Thread atExit = new Thread(this::removeAtExit, "vts-reproduction-end");
    private BuildRun running;
    private boolean ended;

    private BuildReproduction(Project project, Path bun, Optional<String> command, String shownCommand, Path copies) {
        this.project = project;
        this.bun = bun;
        this.command = command;
        this.shownCommand = shownCommand;
        this.copies = copies;
    }

    /**
     * Finds the project and makes a temporary directory, which {@link #close} removes.
     *
     * @param dist the build; the project is the nearest directory above it with a {@code package.json}
     * @param bun the binary that runs the project's build; its directory comes first in the build's {@code PATH}
     * @param command the command that builds; empty for the script {@code build:prod} or {@code build}
     * @throws IOException if there is no such project or script, or no temporary directory can be made
     */
    public static BuildReproduction of(Path dist, Path bun, Optional<String> command) throws IOException {
        Project project = Project.of(dist);
        String shown = command.isPresent() ? command.get() : "bun run " + project.script();
        Path copies = Files.createTempDirectory("vts-reproduce").toRealPath();
        BuildReproduction reproduction = new BuildReproduction(project, bun.toAbsolutePath(), command, shown, copies);
        // The JVM may be stopped while a build runs.
        Runtime.getRuntime().addShutdownHook(reproduction.atExit);
        return reproduction;
    }

    /**
     * Builds twice and compares.
     *
     * @param limit how long both builds may take together
     * @param progress receives a line before each step
     * @throws IOException if a build fails or takes too long; the message says why
     * @throws InterruptedException if this thread is interrupted, or this object is closed before a build starts
     */
    public ReproductionReport run(Duration limit, Consumer<String> progress) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        BuildEnvironment firstEnvironment = BuildEnvironment.first(copies);
        BuildEnvironment secondEnvironment = BuildEnvironment.second(copies);
        Path first = build(firstEnvironment, deadline, progress);
        awaitNextSecond();
        Path second = build(secondEnvironment, deadline, progress);
        BuildComparison comparison =
                BuildComparison.of(new CauseFinder(first, second, firstEnvironment, secondEnvironment));
        return comparison.isEqual()
                ? compareWithExisting(first, firstEnvironment)
                : report(first, Existing.NOT_COMPARED, comparison);
    }

    private ReproductionReport compareWithExisting(Path built, BuildEnvironment environment) throws IOException {
        Path existing = project.dist();
        if (!Files.isDirectory(existing)) {
            return report(built, Existing.ABSENT, BuildComparison.EQUAL);
        }
        if (OpenBaseRecord.exists(existing.resolve("client"))) {
            Optional<OpenBase> open = OpenBase.of(Dist.at(built));
            if (open.isPresent()) {
                open.get().writeForRoot();
            }
        }
        BuildComparison comparison = BuildComparison.of(
                new CauseFinder(built, existing, environment, BuildEnvironment.ofExisting(project.tree())));
        return report(built, comparison.isEqual() ? Existing.SAME : Existing.DIFFERENT, comparison);
    }

    private ReproductionReport report(Path built, Existing existing, BuildComparison comparison) throws IOException {
        int files = TreeComparison.files(built).size();
        return new ReproductionReport(project.dist(), shownCommand, files, existing, comparison);
    }

    /** Waits for the next second, so that a time in seconds that the first build wrote last differs in the second. */
    private static void awaitNextSecond() throws InterruptedException {
        Instant end = Instant.now();
        for (Instant now = end; now.getEpochSecond() == end.getEpochSecond(); now = Instant.now()) {
            Thread.sleep(Duration.between(now, end.plusSeconds(1)).toMillis() + 1);
        }
    }

    private Path build(BuildEnvironment environment, long deadline, Consumer<String> progress)
            throws IOException, InterruptedException {
        progress.accept("copying " + project.tree() + " to " + environment.tree());
        Files.createDirectories(environment.tree().getParent());
        project.copyTo(environment.tree());
        Project copy = project.at(environment.tree());
        Files.createDirectories(environment.temporary());
        String programs = Stream.of(
                        bun.getParent(),
                        copy.directory().resolve("node_modules/.bin"),
                        copy.tree().resolve("node_modules/.bin"))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        progress.accept("building there: " + shownCommand);
        List<String> arguments =
                command.isPresent() ? BuildRun.ofCommand(bun, command.get()) : BuildRun.ofScript(bun, project.script());
        BuildRun run;
        synchronized (this) {
            if (ended) {
                throw new InterruptedException("The builds were ended");
            }
            run = BuildRun.start(
                    arguments,
                    copy.directory(),
                    environment.variables(programs),
                    environment.home().resolve("log"));
            running = run;
        }
        try (run) {
            run.await(Duration.ofNanos(deadline - System.nanoTime()));
        }
        if (!Files.isDirectory(copy.dist())) {
            throw new IOException("`" + shownCommand + "` made no "
                    + project.directory().relativize(project.dist()) + " in a copy of " + project.directory());
        }
        return copy.dist();
    }

    private synchronized void killAndRemove() throws IOException {
        ended = true;
        if (running != null) {
            running.close();
        }
        DirectoryTree.delete(copies);
    }

    private void removeAtExit() {
        try {
            killAndRemove();
        } catch (IOException e) {
            System.err.println("Could not be removed: " + copies + " (" + e + ")");
        }
    }

    /** Kills a build that still runs and removes the copies. */
    @Override
    public void close() throws IOException {
        killAndRemove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook does the same.
        }
    }
}
