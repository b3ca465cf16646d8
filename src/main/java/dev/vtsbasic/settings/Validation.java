package dev.vtsbasic.settings;

/** The effect that a failed validation of the build has on the start. */
public enum Validation {
    FAIL,
    WARN
}
