package dev.vtsbasic.settings;

import java.util.List;
import java.util.Optional;

/**
 * Health, metrics, status page and administration.
 *
 * @param path prefix of the endpoints, without a slash at the end
 * @param port port of the embedded server for these endpoints alone
 * @param address address of that port
 * @param token bearer token for everything
 * @param metricsToken bearer token for metrics and status alone
 * @param networks networks whose computers may read metrics and status without a token
 * @param hosts host names, in lower case, by which these computers may ask
 */
// More than five components, because each is one setting with a name of its own.
public record ManagementSettings(
        String path,
        Optional<Integer> port,
        String address,
        Optional<String> token,
        Optional<String> metricsToken,
        List<IpNetwork> networks,
        List<String> hosts) {
    static ManagementSettings read(SettingValues values) throws BadSettingException {
        return new ManagementSettings(
                values.of(Setting.MANAGEMENT_PATH),
                values.of(Setting.MANAGEMENT_PORT),
                values.of(Setting.MANAGEMENT_ADDRESS),
                values.of(Setting.MANAGEMENT_TOKEN),
                values.of(Setting.METRICS_TOKEN),
                values.of(Setting.MANAGEMENT_NETWORKS),
                values.of(Setting.MANAGEMENT_HOSTS));
    }
}
