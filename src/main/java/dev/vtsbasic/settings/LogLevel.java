package dev.vtsbasic.settings;

/** Least important messages that are printed. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG
}
