package dev.vtsbasic.testing;

import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings read as the product reads them, with 127.0.0.1 and a free port as defaults. */
public final class TestSettings {
    private TestSettings() {}

    /** @param namesAndValues {@code "vts.some-name", "value", ...} */
    public static Settings of(String... namesAndValues) {
        Map<String, String> values = new HashMap<>(Map.of("vts.port", "0", "vts.address", "127.0.0.1"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        try {
            return Settings.read(List.of(SettingSource.commandLine(values)));
        } catch (BadSettingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
