package dev.vtsbasic.cli;

import dev.vtsbasic.app.BunLocator;
import dev.vtsbasic.asset.Precompression;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.base.OpenBase;
import dev.vtsbasic.deploy.BunCompressor;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.war.WarFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code precompress DIST}: compresses a build's static files and writes an index of them, so that no server has to.
 * A build with an open base is written for the root first, because most servers serve it there.
 */
@Command(
        name = "precompress",
        description =
                "Compresses a build's static files (brotli, zstd, gzip) and writes an index of them; a build with an open base"
                        + " (/__VTS_BASE__/) becomes one for / first, and still fits any path.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the build cannot be read or written, or there is no Bun"})
public final class PrecompressCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    @Parameters(paramLabel = "DIST", description = "The build: a directory with client/ and server/.")
    private Path dist;

    @Override
    public Integer call() throws InterruptedException {
        try {
            Settings settings = Settings.read(List.of(SettingSource.systemProperties(), SettingSource.environment()));
            List<Path> workDirectories =
                    WorkDirectory.candidates(settings.workDir().orElse(null));
            BunCompressor compressor = new BunCompressor(
                    () -> BunLocator.find(settings, WarFiles.in(WarFiles.home()), workDirectories)
                            .path(),
                    TIMEOUT);
            long started = System.nanoTime();
            Dist build = Dist.at(dist);
            Optional<OpenBase> open = OpenBase.of(build);
            if (open.isPresent()) {
                open.get().writeForRoot();
            }
            Precompression.Result result = Precompression.of(build.client(), compressor);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d of %d client files are smaller when compressed, %d instead of %d bytes in all (%.1f s)%n",
                    dist,
                    result.compressed(),
                    result.files(),
                    result.smallestBytes(),
                    result.bytes(),
                    (System.nanoTime() - started) / 1e9);
            return 0;
        } catch (IOException | BadSettingException e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }
}
