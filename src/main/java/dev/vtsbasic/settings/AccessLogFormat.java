package dev.vtsbasic.settings;

/** What the access log is written in, if there is one. */
public enum AccessLogFormat {
    OFF,
    COMBINED,
    JSON
}
