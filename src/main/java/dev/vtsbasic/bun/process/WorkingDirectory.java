package dev.vtsbasic.bun.process;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that the app runs in. It has to outlive restarts, deploys and copies of the build, because it holds the
 * files that the app writes under relative names.
 *
 * <p>{@code VTS_APP_CWD} sets it. The default is {@code VTS_APP_DIR} or, if that is not set, the directory in which
 * this JVM was started. If {@code VTS_APP_DIR} is a symbolic link, the directory that holds the link is used, because a
 * deploy changes the target.
 */
final class WorkingDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(WorkingDirectory.class);

    private final Path path;
    private volatile Optional<Object> identity;

    private WorkingDirectory(Path path) {
        this.path = path;
        this.identity = identityOf(path);
    }

    /** @throws IOException when the directory does not exist; the message names the setting */
    static WorkingDirectory of(Settings settings) throws IOException {
        Path path = chosen(settings).toAbsolutePath();
        if (!Files.isDirectory(path)) {
            throw new NotDirectoryException(
                    "VTS_APP_CWD: " + path + " is not a directory; make it, or name another for the app to run in");
        }
        return new WorkingDirectory(path);
    }

    private static Path chosen(Settings settings) {
        if (settings.app().workingDirectory().isPresent()) {
            return settings.app().workingDirectory().get();
        }
        Path started = Path.of("").toAbsolutePath();
        Path named = settings.app().directory().map(Path::toAbsolutePath).orElse(started);
        return Files.isSymbolicLink(named) ? named.getParent() : named;
    }

    Path path() {
        return path;
    }

    /** Logs a warning if a deploy has put another directory at this path. To be called for each new build. */
    void warnIfReplaced() {
        Optional<Object> now = identityOf(path);
        if (!now.equals(identity)) {
            identity = now;
            Event.WORKING_DIRECTORY_REPLACED.log(
                    LOG,
                    "{directory}, which the app runs in, is another directory since this deploy: what the app wrote under"
                            + " relative names is not in it; set VTS_APP_CWD to a directory that deploys do not touch",
                    path);
        }
    }

    private static Optional<Object> identityOf(Path path) {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
