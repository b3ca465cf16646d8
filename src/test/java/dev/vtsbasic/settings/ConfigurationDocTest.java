package dev.vtsbasic.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {
    @Test
    void theTableListsEverySettingAsItIs() throws IOException {
        String expected = Setting.all().stream()
                .map(setting -> "| `%s` | %s | %s | %s |\n"
                        .formatted(
                                setting.environmentName(),
                                setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`",
                                setting.allowed(),
                                setting.meaning()))
                .reduce("", String::concat);
        String document = Files.readString(Path.of("docs/configuration.md"));
        String table = document.substring(document.indexOf("|---|---|---|---|\n") + "|---|---|---|---|\n".length());
        assertEquals(expected, table.substring(0, table.indexOf("\n\n") + 1));
    }
}
