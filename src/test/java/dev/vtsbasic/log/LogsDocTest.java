package dev.vtsbasic.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class LogsDocTest {
    private static final String HEAD = "| Event | Level | What it means | What to do |\n|---|---|---|---|\n";

    @Test
    void theTableListsEveryEventAsItIs() throws IOException {
        StringBuilder expected = new StringBuilder();
        for (Event event : Event.values()) {
            expected.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            event.id(),
                            event.level().name().toLowerCase(Locale.ROOT),
                            event.meaning(),
                            event.remedy()));
        }
        String document = Files.readString(Path.of("docs/logs.md"));
        String table = document.substring(document.indexOf(HEAD) + HEAD.length());
        assertEquals(expected.toString(), table.substring(0, table.indexOf("\n\n") + 1));
    }
}
