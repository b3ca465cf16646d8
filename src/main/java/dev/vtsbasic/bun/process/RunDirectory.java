package dev.vtsbasic.bun.process;

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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that only this user can enter, for the launcher and the workers' sockets while this JVM runs.
 *
 * <p>It keeps other local users away from the sockets, because a worker trusts every client address and scheme that it
 * receives there. Safe for any number of threads.
 */
final class RunDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

    /** {@code sun_path} holds 104 bytes on macOS and 108 on Linux, with a NUL at the end. */
    private static final int MAX_SOCKET_PATH_LENGTH = 103;

    private static final String MAX_SOCKET_NAME = "/worker-100-1000000.sock";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private static final String PREFIX = "vts-";
    private static final String NAME = PREFIX + "[0-9]+";

    /** A socket that the owning JVM listens on. A connection to it is refused once that JVM has ended. */
    private static final String OWNER = "owner.sock";

    private final List<Path> parents;
    private final UserPrincipal owner;
    private volatile Path directory;
    private ServerSocketChannel ownerSocket;

    private RunDirectory(List<Path> parents, Path directory) throws IOException {
        this.parents = parents;
        this.directory = directory;
        this.owner = Files.getOwner(directory);
        this.ownerSocket = bindOwnerSocket(directory);
    }

    /**
     * Makes a directory, and removes the directories that killed JVMs of this user have left beside it.
     *
     * @param parents directories to make it in, best first
     * @throws IOException when no parent can be written to and has a name short enough for a socket's path
     */
    static RunDirectory in(List<Path> parents) throws IOException {
        RunDirectory made = new RunDirectory(parents, make(parents));
        made.sweep();
        return made;
    }

    /**
     * Binds the owner's socket under another name and renames it once it listens, because another JVM would remove a
     * directory whose socket refuses connections.
     */
    private static ServerSocketChannel bindOwnerSocket(Path directory) throws IOException {
        Path unfinished = directory.resolve(OWNER + ".new");
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.bind(UnixDomainSocketAddress.of(unfinished));
            Files.move(unfinished, directory.resolve(OWNER), StandardCopyOption.ATOMIC_MOVE);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

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

    private static boolean isLeftBehind(Path ownerSocket) {
        if (!Files.exists(ownerSocket, LinkOption.NOFOLLOW_LINKS)) {
            return false; // Another program made the directory, or a JVM is making it.
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(ownerSocket));
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false; // A socket without a listener would have refused the connection.
        }
    }

    private static Path make(List<Path> parents) throws IOException {
        StringBuilder refusals = new StringBuilder();
        for (Path parent : parents) {
            try {
                Files.createDirectories(parent);
                Path directory = Files.createTempDirectory(parent, PREFIX);
                if ((directory + MAX_SOCKET_NAME).getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH_LENGTH) {
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
     * Writes the launcher again for the start of each worker, so that Bun never runs a changed script. If the directory
     * is missing, or another user has made one with its name, this method makes another directory, which is used from
     * now on. The script gets its name only when it is complete, because another worker may start at the same time.
     */
    synchronized Path launcher() throws IOException {
        if (!isOurs(directory)) {
            Path gone = directory;
            directory = make(parents);
            ownerSocket.close();
            ownerSocket = bindOwnerSocket(directory);
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

    /** Whether {@code path} is a directory, not a link to one, that belongs to this user and has mode 0700. */
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
        return attributes.owner().equals(owner) && attributes.permissions().equals(OWNER_ONLY);
    }

    /** @param unix whether the worker listens on a Unix socket */
    WorkerFiles filesOf(String workerName, boolean unix) {
        Path current = directory;
        return new WorkerFiles(
                unix ? Optional.of(current.resolve(workerName + ".sock")) : Optional.empty(),
                current.resolve(workerName + ".mark"));
    }

    /**
     * The files of one worker.
     *
     * @param socket the Unix socket that it listens on; empty when it listens on a TCP port
     * @param begunRequests the file in which the launcher records the requests that it began last, see {@link
     *     BegunRequests}
     */
    record WorkerFiles(Optional<Path> socket, Path begunRequests) {
        BegunRequests readBegunRequests() {
            return BegunRequests.read(begunRequests);
        }

        /** Deletes the socket too, because a killed worker leaves it behind. */
        void delete() {
            begunRequests.toFile().delete();
            socket.ifPresent(path -> path.toFile().delete());
        }
    }

    @Override
    public synchronized void close() throws IOException {
        ownerSocket.close();
        if (isOurs(directory)) {
            remove(directory);
        }
    }

    /** Tolerates missing files, because the files of a worker that ends are removed at the same time. */
    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }
}
