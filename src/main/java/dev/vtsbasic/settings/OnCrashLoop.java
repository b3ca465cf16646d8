package dev.vtsbasic.settings;

/** The reaction of {@code java -jar} when Bun keeps crashing. */
public enum OnCrashLoop {
    EXIT,
    STAY
}
