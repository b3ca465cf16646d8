package dev.vtsbasic.settings;

/**
 * The name, value and source of a setting, for people.
 *
 * @param name {@code VTS_SOME_NAME}
 * @param value the value as it was written, without secrets
 * @param source the {@link SettingSource#description} of its source; empty for the default
 */
public record SettingInForce(String name, String value, String source) {}
