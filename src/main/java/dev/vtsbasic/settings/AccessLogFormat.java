package dev.vtsbasic.settings;

/** The format of the access log, {@link #OFF} for no access log. */
public enum AccessLogFormat {
    OFF,
    COMBINED,
    JSON
}
