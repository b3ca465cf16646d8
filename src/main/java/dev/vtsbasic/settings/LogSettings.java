package dev.vtsbasic.settings;

/**
 * The settings for logs.
 *
 * @param level lowest level of the messages that {@code java -jar} prints
 * @param format format of these messages
 * @param accessLog format of the access log, {@code OFF} for none
 * @param accessLogSample share of the requests that are logged, from 0 to 1
 */
public record LogSettings(LogLevel level, LogFormat format, AccessLogFormat accessLog, double accessLogSample) {
    static LogSettings read(SettingValues values) throws BadSettingException {
        return new LogSettings(
                values.of(Setting.LOG_LEVEL),
                values.of(Setting.LOG_FORMAT),
                values.of(Setting.ACCESS_LOG),
                values.of(Setting.ACCESS_LOG_SAMPLE));
    }
}
