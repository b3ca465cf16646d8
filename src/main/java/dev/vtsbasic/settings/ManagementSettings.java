package dev.vtsbasic.settings;

import java.util.List;
import java.util.Optional;

/**
 * The settings for health, metrics, status page and administration.
 *
 * @param path prefix of the endpoints, without a slash at the end
 * @param port separate port of the embedded server for the endpoints; empty if they have none
 * @param address address that this port listens on
 * @param token bearer token that allows reading and changing; empty for none
 * @param metricsToken bearer token that allows reading metrics and status only; empty for none
 * @param networks networks from which metrics and status can be read without a token
 * @param hosts host names, in lower case, that requests from these networks may be for, besides addresses and local
 *     names
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
