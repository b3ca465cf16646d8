package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher does when nobody is there to look after it. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
    private static final int SIGALRM = 14;

    @TempDir
    private Path directory;

    @Test
    void anAppThatHangsWhileItIsLoadedIsEndedByTheSystem() throws Exception {
        Process worker = launch("console.log('loading'); for (;;);", 1, 60);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("loading", output.readLine());
            worker.getOutputStream().close();
            assertTrue(worker.waitFor(10, TimeUnit.SECONDS), "it hangs for ever");
            assertEquals(128 + SIGALRM, worker.exitValue());
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void anAppThatAnswersOutlivesTheAlarm() throws Exception {
        Process worker = launch("export default { fetch: () => new Response() }", 2, 2);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("", output.readLine());
            assertEquals("word 0", output.readLine());
            assertFalse(worker.waitFor(2500, TimeUnit.MILLISECONDS));
        } finally {
            worker.destroyForcibly();
        }
    }

    private Process launch(String app, int startAlarm, int alarm) throws IOException {
        Path launcher = directory.resolve("launcher.js");
        try (InputStream script = getClass().getResourceAsStream("/dev/vtsbasic/bun/launcher.js")) {
            Files.copy(script, launcher);
        }
        SmallBuild.write(directory, app);
        Files.write(directory.resolve("mark"), new byte[256]);
        Process worker = new ProcessBuilder(Vts.BUN.toString(), launcher.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String order = """
                {"entry":"%1$s/server/server.js","socket":"%1$s/s","mark":"%1$s/mark","token":"word","nice":0,\
                "startAlarm":%2$d,"alarm":%3$d}
                """.formatted(directory, startAlarm, alarm);
        worker.getOutputStream().write(order.getBytes(StandardCharsets.UTF_8));
        worker.getOutputStream().flush();
        return worker;
    }
}
