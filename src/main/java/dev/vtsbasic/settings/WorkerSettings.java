package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings for running Bun workers.
 *
 * @param bun path of the bun binary; empty for the default
 * @param transport how requests reach Bun
 * @param port Bun's port; 0 to choose any free port, and always 0 if the transport is not TCP
 * @param environment names of the environment variables that the app sees; a name that ends in {@code *} is a prefix
 * @param nice niceness of Bun, from 0 to 19
 * @param readyPath path, below the context path, that is requested from Bun to check that it responds
 * @param startupTimeout how long Bun may take from its start to its first response
 * @param rules number of workers, and conditions for replacing one
 */
// More than five components, because each is one setting with a name of its own.
public record WorkerSettings(
        Optional<Path> bun,
        BunTransport transport,
        int port,
        List<String> environment,
        int nice,
        String readyPath,
        Duration startupTimeout,
        WorkerRules rules) {
    static WorkerSettings read(SettingValues values) throws BadSettingException {
        BunTransport transport = values.of(Setting.BUN_TRANSPORT);
        // Read for either transport, so that a bad value is reported, but used only with TCP.
        int checked = values.of(Setting.BUN_PORT);
        int port = transport == BunTransport.TCP ? checked : 0;
        WorkerRules rules = WorkerRules.read(values);
        if (port != 0 && rules.count() > 1) {
            throw new BadSettingException("VTS_BUN_PORT is one port and VTS_WORKERS are " + rules.count()
                    + "; leave VTS_BUN_PORT at 0 or VTS_WORKERS at 1");
        }
        return new WorkerSettings(
                values.of(Setting.BUN),
                transport,
                port,
                values.of(Setting.WORKER_ENV),
                values.of(Setting.WORKER_NICE),
                values.of(Setting.READY_PATH),
                values.of(Setting.STARTUP_TIMEOUT),
                rules);
    }
}
