package dev.vtsbasic.bun;

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
 * All that one worker has started, also what lost its parent since: the launcher makes itself the leader of a process
 * group, and what the app starts belongs to it.
 *
 * <p>Java can signal processes only one by one, so Bun does this.
 */
final class ProcessGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessGroup.class);
    private static final long PATIENCE_SECONDS = 5;

    /**
     * As long as a group has members, its leader's number is given to no other process. So when there is a process with
     * that number, the group is gone, and the number belongs to a stranger.
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

    /** Kills those that are left after their leader has ended; there may be none. */
    void kill() {
        if (File.separatorChar == '\\') {
            return; // No such groups there.
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
            if (!killer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
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
