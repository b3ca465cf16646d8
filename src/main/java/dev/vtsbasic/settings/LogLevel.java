package dev.vtsbasic.settings;

/** The lowest level of the messages that are printed. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG
}
