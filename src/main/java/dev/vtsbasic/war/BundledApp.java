package dev.vtsbasic.war;

import dev.vtsbasic.file.OwnedDirectory;
import dev.vtsbasic.launch.WorkDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The app in the WAR as a directory on disk, because Bun needs files. If the container does not unpack the WAR, it is a
 * copy in a work directory, which {@link #close} removes.
 */
public final class BundledApp implements AutoCloseable {
    private static final String PATH = "/WEB-INF/app";

    private final Path directory;
    private final Optional<OwnedDirectory> copy;

    private BundledApp(Path directory, Optional<OwnedDirectory> copy) {
        this.directory = directory;
        this.copy = copy;
    }

    /**
     * @param workDirectories directories for a copy, best first
     * @throws IOException when the WAR has no app, or no work directory can be used; the message says what to set
     */
    public static BundledApp of(WarFiles war, List<Path> workDirectories) throws IOException {
        Optional<Path> onDisk = war.onDisk(PATH);
        if (onDisk.isPresent()) {
            return new BundledApp(onDisk.get(), Optional.empty());
        }
        if (war.list(PATH).isEmpty()) {
            throw new IOException("The WAR brings no app (" + PATH + "); set VTS_APP_DIR to a build");
        }
        StringBuilder refusals = new StringBuilder();
        for (Path workDirectory : workDirectories) {
            try {
                OwnedDirectory copy = OwnedDirectory.create(WorkDirectory.makePrivate(workDirectory), "app-");
                try {
                    copyTree(war, copy.path());
                } catch (IOException e) {
                    copy.close();
                    throw e;
                }
                return new BundledApp(copy.path(), Optional.of(copy));
            } catch (IOException e) {
                refusals.append("\n  ").append(workDirectory).append(": ").append(e);
            }
        }
        throw new IOException(
                "No directory to unpack the app into; set VTS_WORK_DIR to a writable one. Tried:" + refusals);
    }

    private static void copyTree(WarFiles war, Path target) throws IOException {
        Deque<String> directories = new ArrayDeque<>(List.of(PATH));
        while (!directories.isEmpty()) {
            for (String path : war.list(directories.pop())) {
                Path file = target.resolve(path.substring(PATH.length() + 1));
                if (path.endsWith("/")) {
                    Files.createDirectories(file);
                    directories.push(path.substring(0, path.length() - 1));
                } else {
                    Files.createDirectories(file.getParent());
                    try (InputStream in = war.open(path)) {
                        Files.copy(in, file);
                    }
                }
            }
        }
    }

    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        if (copy.isPresent()) {
            copy.get().close();
        }
    }
}
