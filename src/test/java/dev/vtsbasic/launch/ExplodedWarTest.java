package dev.vtsbasic.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExplodedWarTest {
    @TempDir
    private Path directory;

    @Test
    void filesUnderWebInfAreUnpacked() throws Exception {
        Path war = war("index.html", "no", "META-INF/MANIFEST.MF", "no", "WEB-INF/lib/a.jar", "jar", "WEB-INF/x", "");
        Path home = ExplodedWar.explode(war, List.of(work()));
        assertEquals(work(), home.getParent());
        assertEquals("jar", Files.readString(home.resolve("WEB-INF/lib/a.jar")));
        assertEquals(List.of(".lock", "WEB-INF/lib/a.jar", "WEB-INF/x"), filesIn(home));
    }

    @Test
    void aWarWithOtherContentGetsItsOwnDirectory() throws Exception {
        Path one = ExplodedWar.explode(war("WEB-INF/x", "1"), List.of(work()));
        Path other = ExplodedWar.explode(war("WEB-INF/x", "2"), List.of(work()));
        assertNotEquals(one, other);
        assertTrue(Files.exists(one), "held by this JVM, so it must stay");
    }

    @Test
    void missingFilesOfADirectoryAreWrittenAgain() throws Exception {
        Path war = war("WEB-INF/a", "aaa", "WEB-INF/lib/b", "bbb", "WEB-INF/c", "ccc");
        Path home = explodeInAnotherJvm(war);
        Files.delete(home.resolve("WEB-INF/lib/b"));
        Files.delete(home.resolve("WEB-INF/lib"));
        Files.writeString(home.resolve("WEB-INF/a"), "");
        Files.writeString(home.resolve("WEB-INF/c"), "CCC");

        assertEquals(home, ExplodedWar.explode(war, List.of(work())));
        assertEquals("aaa", Files.readString(home.resolve("WEB-INF/a")));
        assertEquals("bbb", Files.readString(home.resolve("WEB-INF/lib/b")));
        assertEquals("CCC", Files.readString(home.resolve("WEB-INF/c")), "what is whole is not written again");
    }

    @Test
    void jvmsThatStartTogetherShareOneDirectory() throws Exception {
        Path war = war("WEB-INF/lib/large", "0123456789".repeat(1_000_000), "WEB-INF/x", "x");
        List<Jvm> jvms = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                jvms.add(new Jvm(war));
            }
            List<Path> homes = new ArrayList<>();
            for (Jvm jvm : jvms) {
                homes.add(jvm.home());
            }
            assertEquals(1, homes.stream().distinct().count(), homes.toString());
            assertEquals(List.of(".lock", "WEB-INF/lib/large", "WEB-INF/x"), filesIn(homes.get(0)));
            assertEquals(10_000_000, Files.size(homes.get(0).resolve("WEB-INF/lib/large")));
        } finally {
            jvms.forEach(Jvm::end);
        }
    }

    @Test
    void theDirectoryOfAnotherVersionIsRemovedOnceNoJvmLocksIt() throws Exception {
        Path stranger = Files.createDirectories(work().resolve("bun-1.4.0"));
        WorkDirectoryTest.closeToOthers(work());
        Jvm old = new Jvm(war("WEB-INF/x", "old"));
        Path home = old.home();
        try {
            ExplodedWar.explode(war("WEB-INF/x", "new"), List.of(work()));
            assertTrue(Files.exists(home.resolve("WEB-INF/x")));
        } finally {
            old.end();
        }
        ExplodedWar.explode(war("WEB-INF/x", "newer"), List.of(work()));
        assertFalse(Files.exists(home));
        assertTrue(Files.exists(stranger));
    }

    @Test
    void anEntryWithAPathOutsideTheDirectoryIsRejected() throws Exception {
        Path war = war("WEB-INF/../../../escaped", "x");
        IOException refusal = assertThrows(IOException.class, () -> ExplodedWar.explode(war, List.of(work())));
        assertTrue(
                refusal.getMessage().contains("names a file outside itself: WEB-INF/../../../escaped"),
                refusal.getMessage());
        assertEquals(
                List.of(),
                filesIn(directory).stream()
                        .filter(name -> name.contains("escaped"))
                        .toList());
    }

    @Test
    void theNextDirectoryIsUsedWhenTheFirstCannotBe() throws Exception {
        Path war = war("WEB-INF/x", "x");
        Path file = Files.writeString(directory.resolve("file"), "");
        Path open = WorkDirectoryTest.openToOthers(Files.createDirectory(directory.resolve("open")));
        Path home = ExplodedWar.explode(war, List.of(file, file.resolve("below"), open, work()));
        assertEquals(work(), home.getParent());
    }

    @Test
    void theErrorNamesEachUnusableDirectoryWithItsFault() throws Exception {
        Path war = war("WEB-INF/x", "x");
        Path file = Files.writeString(directory.resolve("file"), "");
        Path open = WorkDirectoryTest.openToOthers(Files.createDirectory(directory.resolve("open")));
        String message = assertThrows(IOException.class, () -> ExplodedWar.explode(war, List.of(file, open)))
                .getMessage();
        assertTrue(
                message.startsWith("No directory to unpack " + war
                        + " into; set VTS_WORK_DIR to one that this user alone can write to. Tried:\n  " + file
                        + " is not a directory"),
                message);
        assertTrue(message.endsWith(open + " can be written to by other users"), message);
    }

    private Path work() {
        return directory.resolve("work");
    }

    private Path war(String... namesAndContents) throws IOException {
        Path war = Files.createTempFile(directory, "test", ".war");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndContents[i]));
                zip.write(namesAndContents[i + 1].getBytes());
            }
        }
        return war;
    }

    private static List<String> filesIn(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> home.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** A JVM may run a program from the directory before the others have started. */
    @Test
    void jvmsThatStartAtOnceDoNotReplaceEachOthersFiles() throws Exception {
        Path war = war("WEB-INF/large", "x".repeat(30_000_000));
        List<Jvm> jvms = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                jvms.add(new Jvm(war));
            }
            Path large = jvms.get(0).home().resolve("WEB-INF/large");
            Object first = Files.getAttribute(large, "unix:ino");
            for (Jvm jvm : jvms.subList(1, jvms.size())) {
                jvm.home();
            }
            assertEquals(first, Files.getAttribute(large, "unix:ino"));
        } finally {
            for (Jvm jvm : jvms) {
                jvm.end();
            }
        }
    }

    private Path explodeInAnotherJvm(Path war) throws Exception {
        Jvm jvm = new Jvm(war);
        try {
            return jvm.home();
        } finally {
            jvm.end();
        }
    }

    /** Another JVM that holds the exploded WAR, because locks cannot be tested within one JVM. */
    private final class Jvm {
        private final Process process;
        private final BufferedReader output;

        Jvm(Path war) throws IOException, URISyntaxException {
            String classPath = locationOf(ExplodedWar.class) + File.pathSeparator + locationOf(ExplodeMain.class);
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            process = new ProcessBuilder(
                            java,
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath,
                            ExplodeMain.class.getName(),
                            war.toString(),
                            work().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader();
        }

        private static Path locationOf(Class<?> type) throws URISyntaxException {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        }

        Path home() throws IOException {
            return Path.of(output.readLine());
        }

        void end() {
            try {
                process.getOutputStream().close();
                assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
