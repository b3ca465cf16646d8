package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTokenFileTest {
    @Test
    void aFailedWriteLeavesNoFileBehindAndTheNextDirectoryIsUsed(@TempDir Path directory) throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        // No file can replace a directory that is not empty.
        Files.createDirectories(first.resolve("restart-8080").resolve("entry"));
        Files.createDirectory(second);
        try (OperatorTokenFile token = new OperatorTokenFile()) {
            token.publish(List.of(first, second), 8080);
            assertEquals(Optional.of(token.text()), OperatorTokenFile.find(List.of(second), 8080));
            try (Stream<Path> files = Files.list(first)) {
                assertEquals(List.of(first.resolve("restart-8080")), files.toList());
            }
        }
    }
}
