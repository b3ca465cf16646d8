package dev.vtsbasic.settings;

/** A setting whose value cannot be used. The message is one line that names it, the value, its source and the remedy. */
public final class BadSettingException extends Exception {
    private static final long serialVersionUID = 1L;

    public BadSettingException(String message) {
        super(message);
    }
}
