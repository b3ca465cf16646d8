package dev.vtsbasic.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The limits on the requests that reach the app.
 *
 * @param rate maximum rate of all clients together; empty for no limit
 * @param ratePerClient maximum rate of each client; empty for no limit
 * @param maxConcurrent maximum number of requests that the app has at once; 0 for no limit, empty for as many as the
 *     Java heap has room for
 */
public record LimitRules(Optional<Rate> rate, Optional<Rate> ratePerClient, OptionalInt maxConcurrent) {
    static LimitRules read(SettingValues values) throws BadSettingException {
        return new LimitRules(
                values.of(Setting.RATE_LIMIT),
                values.of(Setting.RATE_LIMIT_PER_CLIENT),
                values.of(Setting.MAX_CONCURRENT));
    }
}
