package dev.vtsbasic.build;

import dev.vtsbasic.build.ReproductionReport.Existing;
import dev.vtsbasic.file.Trees;
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
    private final Path place;
    private final Thread atExit = new Thread(this::endAtExit, "end of the builds");
    private BuildRun running;
    private boolean ended;

    private BuildReproduction(Project project, Path bun, Optional<String> command, String shownCommand, Path place) {
        this.project = project;
        this.bun = bun;
        this.command = command;
        this.shownCommand = shownCommand;
        this.place = place;
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
        Path place = Files.createTempDirectory("vts-reproduce").toRealPath();
        BuildReproduction reproduction = new BuildReproduction(project, bun.toAbsolutePath(), command, shown, place);
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
        Surroundings aroundFirst = Surroundings.first(place);
        Surroundings aroundSecond = Surroundings.second(place);
        Instant start = Instant.now();
        Path first = build(aroundFirst, deadline, progress);
        awaitSecondAfter(start);
        Path second = build(aroundSecond, deadline, progress);

        List<DifferingFile> differing = TreeComparison.between(first, second);
        if (!differing.isEmpty()) {
            CauseFinder causes = new CauseFinder(first, second, aroundFirst, aroundSecond);
            return report(first, differing, Difference.of(differing, first, second, causes), Existing.NOT_COMPARED);
        }
        return compareWithExisting(first, aroundFirst);
    }

    private ReproductionReport compareWithExisting(Path built, Surroundings around) throws IOException {
        Path existing = project.dist();
        if (!Files.isDirectory(existing)) {
            return report(built, List.of(), null, Existing.ABSENT);
        }
        if (OpenBaseRecord.exists(existing.resolve("client"))) {
            Optional<OpenBase> open = OpenBase.of(Dist.at(built));
            if (open.isPresent()) {
                open.get().closeAtTheRoot();
            }
        }
        List<DifferingFile> differing = TreeComparison.between(built, existing);
        if (differing.isEmpty()) {
            return report(built, differing, null, Existing.SAME);
        }
        CauseFinder causes = new CauseFinder(built, existing, around, Surroundings.here(project.tree()));
        return report(built, differing, Difference.of(differing, built, existing, causes), Existing.DIFFERENT);
    }

    private ReproductionReport report(
            Path built, List<DifferingFile> differing, Difference difference, Existing existing) throws IOException {
        int files = TreeComparison.files(built).size();
        return new ReproductionReport(project.dist(), shownCommand, files, differing, difference, existing);
    }

    /** Waits for another second than that of {@code start}, so that a time in seconds differs between the builds. */
    private static void awaitSecondAfter(Instant start) throws InterruptedException {
        for (Instant now = Instant.now(); now.getEpochSecond() == start.getEpochSecond(); now = Instant.now()) {
            Thread.sleep(Duration.between(now, start.plusSeconds(1)).toMillis() + 1);
        }
    }

    private Path build(Surroundings around, long deadline, Consumer<String> progress)
            throws IOException, InterruptedException {
        progress.accept("copying " + project.tree() + " to " + around.tree());
        Files.createDirectories(around.tree().getParent());
        project.copyTo(around.tree());
        Project copy = project.at(around.tree());
        Files.createDirectories(around.temporary());
        String programs = Stream.of(
                        bun.getParent(),
                        copy.directory().resolve("node_modules/.bin"),
                        copy.tree().resolve("node_modules/.bin"))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        progress.accept("building there: " + shownCommand);
        List<String> line =
                command.isPresent() ? BuildRun.ofCommand(bun, command.get()) : BuildRun.ofScript(bun, project.script());
        BuildRun run;
        synchronized (this) {
            if (ended) {
                throw new InterruptedException("The builds were ended");
            }
            run = BuildRun.start(
                    line,
                    copy.directory(),
                    around.environment(programs),
                    around.home().resolve("log"));
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

    private synchronized void end() throws IOException {
        ended = true;
        if (running != null) {
            running.close();
        }
        Trees.delete(place);
    }

    private void endAtExit() {
        try {
            end();
        } catch (IOException e) {
            System.err.println("Left behind: " + place + " (" + e + ")");
        }
    }

    /** Kills a build that still runs and removes the copies. */
    @Override
    public void close() throws IOException {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook does the same.
        }
    }
}
