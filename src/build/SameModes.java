import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * Gives files the mode 644, and directories and programs 755, so that the umask of the user who builds does not show in
 * the WAR. Maven runs it as {@code java src/build/SameModes.java PATH}, where PATH is a directory or a zip file.
 */
class SameModes {
    private static final int END_RECORD = 0x06054b50;
    private static final int END_RECORD_SIZE = 22;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_SIZE = 46;
    private static final int MAX_COMMENT_BYTES = 0xffff;

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        if (Files.isDirectory(path)) {
            inDirectory(path);
        } else {
            inZip(path);
        }
    }

    private static void inDirectory(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                PosixFileAttributeView modes = Files.getFileAttributeView(file, PosixFileAttributeView.class);
                if (modes != null) {
                    boolean executable = Files.isDirectory(file) || Files.isExecutable(file);
                    modes.setPermissions(PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /** Changes the modes in place, in the central directory at the end of the file. */
    private static void inZip(Path zip) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(zip.toFile(), "rw")) {
            long tail = Math.max(0, file.length() - END_RECORD_SIZE - MAX_COMMENT_BYTES);
            ByteBuffer end = map(file, tail, file.length() - tail);
            int at = end.limit() - END_RECORD_SIZE;
            while (end.getInt(at) != END_RECORD) {
                at--;
            }
            int count = Short.toUnsignedInt(end.getShort(at + 10));
            long size = Integer.toUnsignedLong(end.getInt(at + 12));
            long start = Integer.toUnsignedLong(end.getInt(at + 16));
            ByteBuffer list = map(file, start, size);
            int entry = 0;
            for (int i = 0; i < count; i++) {
                if (list.getInt(entry) != ENTRY) {
                    throw new IOException(zip + " is no zip file that this program can read");
                }
                int nameLength = Short.toUnsignedInt(list.getShort(entry + 28));
                byte[] name = new byte[nameLength];
                list.get(entry + ENTRY_SIZE, name);
                int mode = list.getInt(entry + 38) >>> 16;
                boolean directory = new String(name, StandardCharsets.UTF_8).endsWith("/");
                int same = directory ? 040755 : (mode & 0100) != 0 ? 0100755 : 0100644;
                list.putInt(entry + 38, same << 16 | list.getInt(entry + 38) & 0xffff);
                entry += ENTRY_SIZE
                        + nameLength
                        + Short.toUnsignedInt(list.getShort(entry + 30))
                        + Short.toUnsignedInt(list.getShort(entry + 32));
            }
        }
    }

    private static ByteBuffer map(RandomAccessFile file, long start, long size) throws IOException {
        return file.getChannel()
                .map(FileChannel.MapMode.READ_WRITE, start, size)
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
