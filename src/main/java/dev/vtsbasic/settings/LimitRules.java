package dev.vtsbasic.settings;

import java.util.Optional;

/**
 * How much may reach the app at most.
 *
 * @param rate requests of all clients together; empty for any number
 * @param ratePerClient requests of each client; empty for any number
 * @param maxConcurrent requests that the app may have at once; 0 for any number
 */
public record LimitRules(Optional<Rate> rate, Optional<Rate> ratePerClient, int maxConcurrent) {}
