package dev.vtsbasic.settings;

/**
 * What a setting is, for people.
 *
 * @param name {@code VTS_SOME_NAME}
 * @param value as it was written, without secrets
 * @param source where it came from, to follow "from"; empty for the default
 */
public record SettingInForce(String name, String value, String source) {}
