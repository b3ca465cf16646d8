package dev.vtsbasic.settings;

/**
 * Thrown when a setting cannot be used. The message is a sentence for the operator that names the setting and the
 * remedy.
 */
public final class BadSettingException extends Exception {
    private static final long serialVersionUID = 1L;

    public BadSettingException(String message) {
        super(message);
    }
}
