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
 * Directories this program may keep files in, best first.
 *
 * <p>A binary is run from here, so a directory counts only when nobody else can write to it: it is created with mode
 * 0700, or was found to be ours and closed to others. That matters under {@code /tmp}, where names can be guessed.
 */
public final class WorkDirectory {
    private static final Set<PosixFilePermission> OTHERS_MAY_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private WorkDirectory() {}

    /** {@code vts.work-dir} or {@code VTS_WORK_DIR} as set by the user; null when neither is. */
    public static Path configured() {
        String property = System.getProperty("vts.work-dir", System.getenv("VTS_WORK_DIR"));
        return property == null || property.isBlank() ? null : Path.of(property);
    }

    /**
     * Where to look for a usable directory: the configured one, the user's cache directory, the temporary directory.
     *
     * @param configured the user's choice, tried first; null for none
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

    /** Java calls a user whom the system does not know a question mark, and Bun runs nothing from such a path. */
    static Path inTemporary(String temporary, String user) {
        return Path.of(temporary, "vts-basic-" + user.replace('?', '_'));
    }

    /**
     * Makes sure that {@code directory} exists, can be written to by us and by nobody else.
     *
     * @throws IOException when that cannot be had; the message says why
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
            // Its message is only the path.
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
                // It leads to a directory of ours, but to one of somebody else's choice.
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
