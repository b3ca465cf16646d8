package dev.vtsbasic.settings;

/** What a failed validation of the build does at the start. */
public enum Validation {
    FAIL,
    WARN
}
