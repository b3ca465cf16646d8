package dev.vtsbasic.bun.process;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.settings.BunTransport;
import dev.vtsbasic.settings.Settings;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** Starts Bun processes that run the launcher, and tells each launcher what to run. Safe for any number of threads. */
final class BunProcessFactory {
    private static final JsonBuilderFactory JSON = JsonProvider.provider().createBuilderFactory(Map.of());

    /** Environment variable that tells the app under which path browsers see it; empty at the root. */
    private static final String BASE_VARIABLE = "VTS_BASE_PATH";

    private final BunBinary bun;
    private final WorkingDirectory workingDirectory;
    private final String base;
    private final Settings settings;
    private final RunDirectory run;

    /**
     * @param workingDirectory the directory that the app runs in, to which its relative file names refer
     * @param base path under which browsers see the app; empty at the root
     * @param run the directory of the workers' sockets
     */
    BunProcessFactory(
            BunBinary bun, WorkingDirectory workingDirectory, String base, Settings settings, RunDirectory run) {
        this.bun = bun;
        this.workingDirectory = workingDirectory;
        this.base = base;
        this.settings = settings;
        this.run = run;
    }

    /**
     * Starts a process that runs the server entry of {@code dist}.
     *
     * @param name of the worker, unique within this JVM
     * @throws IOException when the process cannot be started
     */
    BunProcess start(String name, Dist dist) throws IOException {
        // Bun must take neither packages nor settings from outside the build. By default, it asks a registry for a
        // missing package, reads .env files, and runs the scripts that the bunfig.toml of its start directory names. So
        // it starts in the build, and the launcher then changes to the app's working directory. The launcher is written
        // before the worker's files are named, because writing it may move the run directory.
        ProcessBuilder builder = new ProcessBuilder(
                        bun.restored().toString(),
                        "--no-install",
                        "--no-env-file",
                        run.launcher().toString())
                .directory(dist.root().toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(
                WorkerEnvironment.of(System.getenv(), settings.workers().environment()));
        environment.put(BASE_VARIABLE, base);
        String token = UUID.randomUUID().toString();
        JsonObjectBuilder launch = JSON.createObjectBuilder()
                .add("entry", dist.entry().toString())
                .add("directory", workingDirectory.path().toString())
                .add("token", token)
                .add("nice", settings.workers().nice());
        RunDirectory.WorkerFiles files = run.filesOf(name, settings.workers().transport() == BunTransport.UNIX);
        if (files.socket().isPresent()) {
            Path socket = files.socket().get();
            Files.deleteIfExists(socket);
            launch.add("socket", socket.toString());
        } else {
            launch.add("port", settings.workers().port());
        }
        Files.write(files.begunRequests(), new byte[BegunRequests.SIZE]);
        launch.add("mark", files.begunRequests().toString());
        Process process = builder.start();
        BunProcess.tell(process, launch.build() + "\n");
        return new BunProcess(name, process, files, token, new ProcessGroup(bun, process.pid()));
    }
}
