package dev.vtsbasic.testing.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A build with a single server file, for an app that behaves unlike VTS Basic's site. */
public final class SmallBuild {
    private SmallBuild() {}

    /** Writes to {@code directory} a build without assets and with the server entry {@code server}. */
    public static void write(Path directory, String server) throws IOException {
        Files.createDirectories(directory.resolve("client/assets"));
        Files.createDirectories(directory.resolve("server"));
        Files.writeString(directory.resolve("server/server.js"), server);
    }
}
