import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Shows that the WAR depends on nothing but its sources: builds it a second time and compares the two WARs. Run it
 * after {@code mvn package} as {@code java src/build/SecondBuild.java [PROJECT]}. It exits with 0 if both are the same
 * bit for bit, 1 if they differ or the second build fails, and 2 if there is no first WAR.
 *
 * <p>The second build is a clean build of a copy in another directory, with another home directory, time zone and
 * language, a umask of 077 and {@code NODE_ENV=development}. It shares the JDK, Maven's repository and settings, npm's
 * cache, and the settings of npm and Bun with the first. It needs a Unix shell, because Java cannot set a umask.
 */
class SecondBuild {
    private static final Set<String> NOT_SOURCES =
            Set.of(".git", "target", "node_modules", "dist", ".tanstack", ".output");
    private static final String WAR = "target/vts-basic.war";

    private final Path project;
    private final Path directory;

    private SecondBuild(Path project, Path directory) {
        this.project = project;
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        Path project = Path.of(args.length > 0 ? args[0] : "").toAbsolutePath().normalize();
        Path first = project.resolve(WAR);
        if (!Files.isRegularFile(first)) {
            System.err.println("[second build] " + first + " does not exist: run `mvn package` first");
            System.exit(2);
        }
        Path directory = Files.createTempDirectory("vts-second-build");
        boolean same;
        try {
            Path second = new SecondBuild(project, directory).build();
            same = compare(first, second);
        } finally {
            deleteTree(directory);
        }
        System.exit(same ? 0 : 1);
    }

    private Path build() throws Exception {
        Path copy = directory.resolve("in/another/directory, of another name");
        copySources(copy);
        Path home = Files.createDirectories(directory.resolve("home"));
        Path firstHome = Path.of(System.getProperty("user.home"));
        for (String settings : List.of(".npmrc", ".bunfig.toml")) {
            if (Files.exists(firstHome.resolve(settings))) {
                Files.copy(firstHome.resolve(settings), home.resolve(settings));
            }
        }
        List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 077 && exec \"$@\"", "sh"));
        command.addAll(List.of("mvn", "-B", "-q", "-ntp", "-DskipTests", "package"));
        command.add("-Dmaven.repo.local=" + firstHome.resolve(".m2/repository"));
        if (Files.exists(firstHome.resolve(".m2/settings.xml"))) {
            command.addAll(List.of("-s", firstHome.resolve(".m2/settings.xml").toString()));
        }
        Path log = directory.resolve("log");
        ProcessBuilder maven = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = maven.environment();
        String options = environment.getOrDefault("MAVEN_OPTS", "");
        environment.put("MAVEN_OPTS", options + " -Duser.home=" + home + " -Duser.language=tr -Duser.country=TR");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putIfAbsent("npm_config_cache", firstHome.resolve(".npm").toString());
        environment.put("HOME", home.toString());
        environment.put("TZ", "Pacific/Chatham");
        environment.put("LC_ALL", "C");
        environment.put("NODE_ENV", "development");
        long start = System.nanoTime();
        int exit = maven.start().waitFor();
        if (exit != 0) {
            System.err.println(Files.readString(log));
            throw new IOException("the second build failed with exit code " + exit);
        }
        say(String.format(Locale.ROOT, "built in %.1f s", (System.nanoTime() - start) / 1e9));
        return copy.resolve(WAR);
    }

    private void copySources(Path target) throws IOException {
        Files.walkFileTree(project, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(project)
                        && NOT_SOURCES.contains(directory.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(target.resolve(project.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copied = target.resolve(project.relativize(file));
                Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static boolean compare(Path first, Path second) throws Exception {
        String digest = sha256(Files.newInputStream(first));
        if (digest.equals(sha256(Files.newInputStream(second)))) {
            say("identical: sha-256 " + digest);
            return true;
        }
        Path kept = first.resolveSibling("second-" + first.getFileName());
        Files.copy(second, kept, StandardCopyOption.REPLACE_EXISTING);
        say("the two WARs differ, " + firstDifference(first, kept) + "; compare " + first + " with " + kept);
        return false;
    }

    private static String firstDifference(Path first, Path second) throws Exception {
        try (ZipFile one = new ZipFile(first.toFile());
                ZipFile other = new ZipFile(second.toFile())) {
            Enumeration<? extends ZipEntry> entries = one.entries();
            Enumeration<? extends ZipEntry> others = other.entries();
            while (entries.hasMoreElements() && others.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                ZipEntry counterpart = others.nextElement();
                if (!entry.getName().equals(counterpart.getName())) {
                    return "first in their entries: " + entry + " is where the second has " + counterpart;
                }
                if (!sha256(one.getInputStream(entry)).equals(sha256(other.getInputStream(counterpart)))) {
                    return "first in the content of " + entry
                            + (entry.getName().endsWith(".jar") ? within(one, other, entry) : "");
                }
                if (entry.getTime() != counterpart.getTime()
                        || !Arrays.equals(entry.getExtra(), counterpart.getExtra())) {
                    return "first in the time or the attributes of " + entry;
                }
            }
            if (entries.hasMoreElements()) {
                return "first in " + entries.nextElement() + ", which only the first has";
            }
            return others.hasMoreElements()
                    ? "first in " + others.nextElement() + ", which only the second has"
                    : "in the modes of the entries or how they are compressed";
        }
    }

    private static String within(ZipFile one, ZipFile other, ZipEntry jar) throws Exception {
        Path first = Files.createTempFile("first", ".jar");
        Path second = Files.createTempFile("second", ".jar");
        try (InputStream in = one.getInputStream(jar);
                InputStream otherIn = other.getInputStream(other.getEntry(jar.getName()))) {
            Files.copy(in, first, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(otherIn, second, StandardCopyOption.REPLACE_EXISTING);
            return ", and in it " + firstDifference(first, second);
        } finally {
            Files.delete(first);
            Files.delete(second);
        }
    }

    private static String sha256(InputStream content) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (content) {
            byte[] buffer = new byte[1 << 16];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void say(String line) {
        System.out.println("[second build] " + line);
    }
}
