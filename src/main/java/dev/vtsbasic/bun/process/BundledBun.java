package dev.vtsbasic.bun.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * The Bun binary in the WAR.
 *
 * @param onDisk the file, when the WAR is exploded
 * @param content opens the binary, whether or not the WAR is exploded
 */
public record BundledBun(Facts facts, Optional<Path> onDisk, Content content) {
    /**
     * The facts about the binary in {@code WEB-INF/bun/bun.properties}.
     *
     * @param version as {@code bun --version} prints it
     * @param platform operating system and architecture that the binary is for, such as {@code linux-amd64}
     * @param size in bytes
     * @param sha256 digest of the binary in hexadecimal
     */
    public record Facts(String version, String platform, long size, String sha256) {}

    /** Opens the binary. */
    @FunctionalInterface
    public interface Content {
        InputStream open() throws IOException;
    }

    /**
     * @param facts {@code WEB-INF/bun/bun.properties}, which this method closes; null when the WAR has no Bun
     * @return empty when the WAR has no Bun
     */
    public static Optional<BundledBun> of(InputStream facts, Optional<Path> onDisk, Content content)
            throws IOException {
        if (facts == null) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (facts) {
            properties.load(facts);
        }
        Facts read = new Facts(
                properties.getProperty("version"),
                properties.getProperty("platform"),
                Long.parseLong(properties.getProperty("size")),
                properties.getProperty("sha256"));
        return Optional.of(new BundledBun(read, onDisk, content));
    }

    /** Whether the binary is for this JVM's operating system and architecture. */
    boolean isForThisPlatform() {
        String here = System.getProperty("os.name").toLowerCase(Locale.ROOT).replaceAll("\\s.*", "") + "-"
                + System.getProperty("os.arch");
        return here.equals(facts.platform());
    }
}
