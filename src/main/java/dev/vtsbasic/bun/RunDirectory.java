package dev.vtsbasic.bun;

import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that only this user can enter, for the launcher and the workers' sockets while this JVM runs.
 *
 * <p>Whoever can reach a worker's socket can tell it any client address or scheme, so the directory is what keeps other
 * local users out.
 */
final class RunDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

    /** {@code sun_path} holds 104 bytes on macOS and 108 on Linux, with a NUL at the end. */
    private static final int LONGEST_SOCKET_PATH = 103;

    private static final String LONGEST_NAME = "/worker-100-1000000.sock";

    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");

    private static final String PREFIX = "vts-";
    private static final String NAME = PREFIX + "[0-9]+";

    /** Who connects to it sees whether the JVM that made the directory still runs. */
    private static final String OWNER = "owner.sock";

    private final List<Path> parents;
    private final UserPrincipal owner;
    private volatile Path directory;
    private ServerSocketChannel sign;

    private RunDirectory(List<Path> parents, Path directory) throws IOException {
        this.parents = parents;
        this.directory = directory;
        this.owner = Files.getOwner(directory);
        this.sign = putUpSign(directory);
    }

    /**
     * @param parents where it may be made, best first
     * @throws IOException when none can be written to, or their names are too long for a socket's path
     */
    static RunDirectory in(List<Path> parents) throws IOException {
        RunDirectory made = new RunDirectory(parents, make(parents));
        made.sweep();
        return made;
    }

    /** Under another name until it listens, so that a directory is never taken for one that was left behind. */
    private static ServerSocketChannel putUpSign(Path directory) throws IOException {
        Path unfinished = directory.resolve(OWNER + ".new");
        ServerSocketChannel sign = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            sign.bind(UnixDomainSocketAddress.of(unfinished));
            Files.move(unfinished, directory.resolve(OWNER), StandardCopyOption.ATOMIC_MOVE);
            return sign;
        } catch (IOException e) {
            sign.close();
            throw e;
        }
    }

    /** Removes what JVMs that were killed have left beside us. */
    private void sweep() {
        try (Stream<Path> siblings = Files.list(directory.getParent())) {
            for (Path sibling : siblings.toList()) {
                if (sibling.getFileName().toString().matches(NAME)
                        && isOurs(sibling)
                        && isLeftBehind(sibling.resolve(OWNER))) {
                    Event.RUN_DIRECTORY_REMOVED.log(LOG, "{directory} was left behind and is removed", sibling);
                    remove(sibling);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("Not swept: {}", directory.getParent(), e);
        }
    }

    private static boolean isLeftBehind(Path sign) {
        if (!Files.exists(sign, LinkOption.NOFOLLOW_LINKS)) {
            return false; // Not made by us, or just being made.
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(sign));
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false; // Nobody there would have refused.
        }
    }

    private static Path make(List<Path> parents) throws IOException {
        StringBuilder refusals = new StringBuilder();
        for (Path parent : parents) {
            try {
                Files.createDirectories(parent);
                Path directory = Files.createTempDirectory(parent, PREFIX);
                if ((directory + LONGEST_NAME).getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET_PATH) {
                    return directory;
                }
                Files.delete(directory);
                refusals.append("\n  ").append(parent).append(": its name is too long for a socket's path");
            } catch (IOException e) {
                refusals.append("\n  ").append(e);
            }
        }
        throw new IOException(
                "No directory for Bun's socket; set VTS_WORK_DIR to a writable one with a short name. Tried:"
                        + refusals);
    }

    /**
     * Writes the launcher, for one start: what lies there was written by us a moment ago. When the directory was swept away,
     * or its name has been taken by someone else since, there is another from now on. A worker that starts meanwhile reads
     * a whole launcher.
     */
    synchronized Path launcher() throws IOException {
        if (!isOurs(directory)) {
            Path gone = directory;
            directory = make(parents);
            sign.close();
            sign = putUpSign(directory);
            Event.RUN_DIRECTORY_MOVED.log(
                    LOG, "{gone} is gone; what workers need is now in {directory}", gone, directory);
        }
        Path launcher = directory.resolve("launcher.js");
        Path unfinished = directory.resolve("launcher.js.unfinished");
        try (InputStream script = RunDirectory.class.getResourceAsStream("launcher.js")) {
            Files.copy(script, unfinished, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(unfinished, launcher, StandardCopyOption.ATOMIC_MOVE);
        return launcher;
    }

    /** Whether it is a directory, no link to one, that only we can have made and nobody else can enter. */
    private boolean isOurs(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        PosixFileAttributeView posix =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (posix == null) {
            return true;
        }
        PosixFileAttributes attributes = posix.readAttributes();
        return attributes.owner().equals(owner) && attributes.permissions().equals(OURS_ALONE);
    }

    Path socket(String workerName) {
        return directory.resolve(workerName + ".sock");
    }

    /** A file in which the launcher notes the request that it began last. */
    Path mark(String workerName) {
        return directory.resolve(workerName + ".mark");
    }

    @Override
    public synchronized void close() throws IOException {
        sign.close();
        if (isOurs(directory)) {
            remove(directory);
        }
    }

    /** Its files may go meanwhile: a worker that ends takes its own away. */
    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }
}
