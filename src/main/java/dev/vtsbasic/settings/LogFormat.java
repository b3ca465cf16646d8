package dev.vtsbasic.settings;

/** How log lines are written. */
public enum LogFormat {
    TEXT,
    JSON
}
