package dev.vtsbasic.app;

import dev.vtsbasic.bun.process.BunBinary;
import dev.vtsbasic.bun.process.BundledBun;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.war.WarFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds a Bun that runs on this machine: the one that a setting names, the one in the WAR, or one that is installed.
 */
public final class BunLocator {
    private BunLocator() {}

    /**
     * @param workDirectories directories into which the Bun in the WAR may be unpacked, best first
     * @throws NoBunException when none runs here
     */
    public static BunBinary find(Settings settings, WarFiles war, List<Path> workDirectories) throws NoBunException {
        String path = "/WEB-INF/bun/bun";
        try {
            Optional<BundledBun> bundled =
                    BundledBun.of(war.open(path + ".properties"), war.onDisk(path), () -> war.open(path));
            return BunBinary.find(settings.workers().bun(), bundled, workDirectories);
        } catch (IOException e) {
            throw new NoBunException(e);
        }
    }

    /** No Bun was found that runs here; the message says what was tried and what to do. */
    public static final class NoBunException extends Exception {
        private static final long serialVersionUID = 1L;

        NoBunException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
