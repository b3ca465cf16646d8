package dev.vtsbasic.bun.process;

import dev.vtsbasic.file.EmptyDirectory;
import dev.vtsbasic.log.Event;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process group of one worker: the launcher leads it, and every process that the app starts belongs to it, even one
 * whose parent has ended.
 *
 * <p>A short Bun script kills the group, because Java can signal only single processes.
 */
final class ProcessGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessGroup.class);
    private static final long KILL_TIMEOUT_SECONDS = 5;

    /**
     * Does nothing if a process has the leader's id: the system gives that id to no other process while the group has
     * members, so the group has ended and the id belongs to an unrelated process.
     */
    private static final String KILL = """
            const leader = Number(process.argv.at(-1));
            try {
              process.kill(leader, 0);
            } catch (error) {
              if (error.code === "ESRCH") process.kill(-leader, "SIGKILL");
            }
            """;

    private final BunBinary bun;
    private final long leader;

    ProcessGroup(BunBinary bun, long leader) {
        this.bun = bun;
        this.leader = leader;
    }

    /**
     * Kills the processes that are left after the leader has ended; there may be none. Waits up to
     * {@value #KILL_TIMEOUT_SECONDS} s for the script, and logs a message if it cannot be started.
     */
    void kill() {
        if (File.separatorChar == '\\') {
            return; // Windows has no process groups.
        }
        try (EmptyDirectory directory = EmptyDirectory.create()) {
            Path path = bun.restored().toAbsolutePath();
            ProcessBuilder builder = new ProcessBuilder(
                            path.toString(), "--no-install", "--no-env-file", "-e", KILL, Long.toString(leader))
                    .directory(directory.path().toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().putAll(WorkerEnvironment.of(System.getenv(), List.of()));
            Process killer = builder.start();
            if (!killer.waitFor(KILL_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                killer.destroyForcibly();
            }
        } catch (IOException e) {
            Event.LEFT_BEHIND.log(
                    LOG,
                    "Cannot end what worker process {pid} may have left behind: {problem}",
                    leader,
                    e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
