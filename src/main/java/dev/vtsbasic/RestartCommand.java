package dev.vtsbasic;

import dev.vtsbasic.settings.BadSettingException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code restart}: has the instance that runs with the same settings replace its workers, one after the other. */
@Command(
        name = "restart",
        description = "Has the running instance replace its Bun workers, without losing a request.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:begun", "1:refused, or not running"})
final class RestartCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        try {
            return RunningInstance.find().ask("POST", "/restart") == 202 ? 0 : 1;
        } catch (IOException e) {
            System.err.println("not running: " + e.getMessage());
            return 1;
        } catch (BadSettingException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }
}
