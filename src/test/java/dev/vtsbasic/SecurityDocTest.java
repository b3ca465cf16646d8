package dev.vtsbasic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every test that the threat model names exists. */
class SecurityDocTest {
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT|Cases))(?:\\.([A-Za-z0-9]+))?`");

    @Test
    void eachTestThatTheDocNamesExists() throws Exception {
        Map<String, Path> sources;
        try (var files = Files.walk(Path.of("src/test/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        }
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Matcher test = TEST.matcher(document()); test.find(); named++) {
            Path source = sources.get(test.group(1));
            boolean there = source != null
                    && (test.group(2) == null || Files.readString(source).contains("void " + test.group(2) + "("));
            if (!there) {
                missing.add(test.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(named > 40, "only " + named + " were found");
    }

    @Test
    void eachThreatNamesATestOrSaysThatThereIsNone() throws Exception {
        List<String> without = document()
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| attack |"))
                .filter(line -> !line.contains("| none") && !TEST.matcher(line).find())
                .toList();
        assertEquals(List.of(), without);
    }

    private static String document() throws Exception {
        return Files.readString(Path.of("docs/security.md"));
    }
}
