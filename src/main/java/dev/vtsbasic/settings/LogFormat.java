package dev.vtsbasic.settings;

/** The format of log lines. */
public enum LogFormat {
    TEXT,
    JSON
}
