package dev.vtsbasic.launch;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the directories in which this program may keep files.
 *
 * <p>A directory is used only if no other user can write to it, because this program runs a binary from it: this
 * program creates it with mode 0700, or it already belongs to this user and only this user can write to it. That
 * matters under {@code /tmp}, where others can guess the names. Safe for any number of threads.
 */
public final class WorkDirectory {
    private static final Set<PosixFilePermission> OTHERS_MAY_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private WorkDirectory() {}

    /** The system property {@code vts.work-dir}, or the variable {@code VTS_WORK_DIR}; null if neither is set. */
    public static Path configured() {
        String property = System.getProperty("vts.work-dir", System.getenv("VTS_WORK_DIR"));
        return property == null || property.isBlank() ? null : Path.of(property);
    }

    /**
     * The directories to try, best first: the configured one, one in the user's cache directory, one in the temporary
     * directory.
     *
     * @param configured null for none
     */
    public static List<Path> candidates(Path configured) {
        List<Path> candidates = new ArrayList<>();
        if (configured != null) {
            candidates.add(configured.toAbsolutePath());
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        String home = System.getProperty("user.home");
        if (cache != null && Path.of(cache).isAbsolute()) {
            candidates.add(Path.of(cache, "vts-basic"));
        } else if (home != null && Path.of(home).isAbsolute() && Files.isDirectory(Path.of(home))) {
            candidates.add(Path.of(home, ".cache", "vts-basic"));
        }
        candidates.add(inTemporary(System.getProperty("java.io.tmpdir"), System.getProperty("user.name")));
        return candidates;
    }

    /** Replaces {@code ?}, which Java uses for unknown users, because Bun runs nothing from a path that contains it. */
    static Path inTemporary(String temporary, String user) {
        return Path.of(temporary, "vts-basic-" + user.replace('?', '_'));
    }

    /**
     * Makes sure that {@code directory} exists, that this user can write to it, and that no other user can.
     *
     * @return {@code directory}
     * @throws IOException when one of these fails; the message says which
     */
    public static Path makePrivate(Path directory) throws IOException {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mode = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Path probe;
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory.toAbsolutePath().getParent());
                Files.createDirectories(directory, mode);
            }
            probe = Files.createTempFile(directory, "probe", null);
        } catch (FileSystemException e) {
            // The message of a FileSystemException may be only the path.
            String why = Files.exists(directory) && !Files.isDirectory(directory)
                    ? "is not a directory"
                    : "cannot be written to";
            throw new IOException(directory + " " + why, e);
        }
        try {
            if (posix) {
                UserPrincipal us = Files.getOwner(probe);
                if (!Files.getOwner(directory).equals(us)) {
                    throw new IOException(directory + " belongs to another user");
                }
                // The link leads to a directory of this user, but another user has chosen the directory.
                if (Files.isSymbolicLink(directory) && !isOf(directory, us)) {
                    throw new IOException(directory + " is a link of another user's");
                }
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
                permissions.retainAll(OTHERS_MAY_WRITE);
                if (!permissions.isEmpty()) {
                    throw new IOException(directory + " can be written to by other users");
                }
            }
        } finally {
            Files.delete(probe);
        }
        return directory;
    }

    private static boolean isOf(Path link, UserPrincipal us) throws IOException {
        return Files.getOwner(link, LinkOption.NOFOLLOW_LINKS).equals(us)
                || Integer.valueOf(0).equals(Files.getAttribute(link, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }
}
