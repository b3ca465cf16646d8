package dev.vtsbasic.cli;

import dev.vtsbasic.settings.BadSettingException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code restart}: makes the instance with the same settings replace its workers, one after the other. */
@Command(
        name = "restart",
        description = "Has the running instance replace its Bun workers, without losing a request.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:begun", "1:refused, or not running"})
public final class RestartCommand implements Callable<Integer> {
    @Option(names = "--port", description = "Port the instance listens on (VTS_PORT).")
    private String port;

    @Override
    public Integer call() {
        try {
            int status = ManagementClient.find(port).send("POST", "/restart");
            if (status == 403) {
                System.err.println(
                        "refused: run it as the user of the server and with its VTS_WORK_DIR, or set VTS_MANAGEMENT_TOKEN");
            }
            return status == 202 ? 0 : 1;
        } catch (IOException e) {
            System.err.println("not running: " + e.getMessage());
            return 1;
        } catch (BadSettingException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }
}
