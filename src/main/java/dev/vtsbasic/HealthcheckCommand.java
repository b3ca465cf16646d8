package dev.vtsbasic;

import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code healthcheck}: 0 when the instance that runs with the same settings is ready, else 1. */
@Command(
        name = "healthcheck",
        description = "Asks the running instance whether it is ready.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ready", "1:not ready, or not running"})
final class HealthcheckCommand implements Callable<Integer> {
    private static final int TIMEOUT_MILLIS = 5000;

    @Override
    public Integer call() throws IOException {
        try {
            Settings settings = Settings.read(List.of(SettingSource.systemProperties(), SettingSource.environment()));
            String host = settings.address().equals("0.0.0.0") ? "127.0.0.1" : settings.address();
            URI ready = URI.create("http://" + host + ":" + settings.port() + settings.managementPath() + "/ready");
            HttpURLConnection connection = (HttpURLConnection) ready.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            System.out.println(ready + " answered " + status);
            return status == 200 ? 0 : 1;
        } catch (IOException e) {
            System.err.println("not ready: " + e.getMessage());
            return 1;
        } catch (BadSettingException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }
}
