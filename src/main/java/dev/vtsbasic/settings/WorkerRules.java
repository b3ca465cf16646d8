package dev.vtsbasic.settings;

import java.time.Duration;

/**
 * How many Bun workers there are, and when one is replaced.
 *
 * @param count at least 1
 * @param hangTimeout how long a worker's event loop may answer nothing; zero for ever
 * @param maxMemory resident memory in bytes above which a worker is replaced; 0 for none
 * @param maxAge age at which a worker is replaced, up to a fifth later by chance; zero for none
 * @param maxRequests how many requests a worker gets, up to a fifth more by chance; 0 for any number
 * @param maxCrashes how many crashes within the window are a crash loop
 * @param crashWindow the time in which crashes are counted
 * @param onCrashLoop what a crash loop does to {@code java -jar}
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
