package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How workers are run.
 *
 * @param bun path of the bun binary
 * @param transport how requests reach Bun
 * @param port Bun's port; 0 when the transport is not TCP, or to take any free one
 * @param environment names of the variables that the app sees; one that ends in {@code *} stands for all that begin so
 * @param nice how much Bun gives way to other processes, 0 to 19
 * @param readyPath path asked of Bun to see that it answers
 * @param startupTimeout how long Bun may take until it answers
 * @param rules how many workers there are, and when one is replaced
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
        // Checked whatever the transport is, but used by TCP alone.
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
