package dev.vtsbasic.settings;

/** What {@code java -jar} does when Bun keeps crashing. */
public enum OnCrashLoop {
    EXIT,
    STAY
}
