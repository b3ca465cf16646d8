package dev.vtsbasic.deploy;

import dev.vtsbasic.asset.Compressor;
import dev.vtsbasic.file.EmptyDirectory;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Compresses files in a Bun process of low priority, because Bun has brotli and zstd, which Java lacks. */
public final class BunCompressor implements Compressor {
    private static final String SCRIPT = script();
    private static final int MAX_MESSAGE_LENGTH = 500;

    private final Callable<Path> bun;
    private final Duration timeout;

    /**
     * @param bun finds the binary
     * @param timeout for all jobs of one call together
     */
    public BunCompressor(Callable<Path> bun, Duration timeout) {
        this.bun = bun;
        this.timeout = timeout;
    }

    @Override
    public void compress(List<Job> jobs) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("vts-compress-", ".log");
        try (EmptyDirectory directory = EmptyDirectory.create()) {
            ProcessBuilder command = new ProcessBuilder(
                    binary().toAbsolutePath().toString(), "--no-install", "--no-env-file", "-e", SCRIPT);
            command.directory(directory.path().toFile());
            command.environment().clear();
            command.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(errors.toFile());
            Process process = command.start();
            try (BufferedWriter stdin = process.outputWriter(StandardCharsets.UTF_8)) {
                stdin.write(line(jobs));
                stdin.flush();
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            "Bun took longer than " + timeout.toSeconds() + " s to compress " + jobs.size() + " files");
                }
            } finally {
                process.toHandle().destroyForcibly();
            }
            if (process.exitValue() != 0) {
                String message =
                        Files.readString(errors, StandardCharsets.ISO_8859_1).strip();
                throw new IOException("Bun could not compress: "
                        + message.substring(0, Math.min(MAX_MESSAGE_LENGTH, message.length())));
            }
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private Path binary() throws IOException {
        try {
            return bun.call();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String line(List<Job> jobs) {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder list = json.createArrayBuilder();
        for (Job job : jobs) {
            list.add(json.createObjectBuilder()
                    .add("source", job.source().toAbsolutePath().toString())
                    .add("target", job.target().toAbsolutePath().toString()));
        }
        return list.build() + "\n";
    }

    private static String script() {
        try (InputStream in = BunCompressor.class.getResourceAsStream("compress.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
