package dev.vtsbasic.settings;

import java.time.Duration;

/**
 * The number of Bun workers, and the conditions for replacing one.
 *
 * @param count number of workers, at least 1
 * @param hangTimeout how long a worker's event loop may be unresponsive; zero for no limit
 * @param maxMemory resident memory in bytes above which a worker is replaced; 0 for no limit
 * @param maxAge age at which a worker is replaced, plus a random part of up to a fifth; zero for no limit
 * @param maxRequests number of requests after which a worker is replaced, plus a random part of up to a fifth; 0 for no
 *     limit
 * @param maxCrashes number of crashes of a worker in a row, within {@code crashWindow}, that are a crash loop
 * @param crashWindow time within which these crashes must happen, not counting starts and pauses
 * @param onCrashLoop the reaction of {@code java -jar} to a crash loop
 */
// More than five components, because each is one setting with a name of its own.
public record WorkerRules(
        int count,
        Duration hangTimeout,
        long maxMemory,
        Duration maxAge,
        int maxRequests,
        int maxCrashes,
        Duration crashWindow,
        OnCrashLoop onCrashLoop) {
    static WorkerRules read(SettingValues values) throws BadSettingException {
        return new WorkerRules(
                values.of(Setting.WORKERS),
                values.of(Setting.HANG_TIMEOUT),
                values.of(Setting.WORKER_MAX_MEMORY),
                values.of(Setting.WORKER_MAX_AGE),
                values.of(Setting.WORKER_MAX_REQUESTS),
                values.of(Setting.MAX_CRASHES),
                values.of(Setting.CRASH_WINDOW),
                values.of(Setting.ON_CRASH_LOOP));
    }
}
