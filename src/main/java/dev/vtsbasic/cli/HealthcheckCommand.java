package dev.vtsbasic.cli;

import dev.vtsbasic.settings.BadSettingException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code healthcheck}: exits with 0 if the instance with the same settings is ready, and with 1 if it is not. */
@Command(
        name = "healthcheck",
        description = "Asks the running instance whether it is ready.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ready", "1:not ready, or not running"})
public final class HealthcheckCommand implements Callable<Integer> {
    @Option(names = "--port", description = "Port the instance listens on (VTS_PORT).")
    private String port;

    @Override
    public Integer call() {
        try {
            return ManagementClient.find(port).send("GET", "/ready") == 200 ? 0 : 1;
        } catch (IOException e) {
            System.err.println("not ready: " + e.getMessage());
            return 1;
        } catch (BadSettingException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }
}
