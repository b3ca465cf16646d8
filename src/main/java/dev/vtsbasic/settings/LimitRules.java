package dev.vtsbasic.settings;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much may reach the app at most.
 *
 * @param rate requests of all clients together; empty for any number
 * @param ratePerClient requests of each client; empty for any number
 * @param maxConcurrent requests that the app may have at once; 0 for any number, empty for as many as there is memory for
 */
public record LimitRules(Optional<Rate> rate, Optional<Rate> ratePerClient, OptionalInt maxConcurrent) {
    static LimitRules read(SettingValues values) throws BadSettingException {
        return new LimitRules(
                values.of(Setting.RATE_LIMIT),
                values.of(Setting.RATE_LIMIT_PER_CLIENT),
                values.of(Setting.MAX_CONCURRENT));
    }
}
