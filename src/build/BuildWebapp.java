import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Builds {@code webapp/} for the WAR: fetches the pinned Bun from the npm registry, then installs, lints, tests and
 * builds the web app with it. Maven runs it as {@code java src/build/BuildWebapp.java WEBAPP TARGET
 * [--skip-tests=true]}.
 *
 * <p>{@code packageManager} in {@code webapp/package.json} gives Bun's version, and {@code
 * src/build/bun/package-lock.json} the digest of Bun's package for each platform. The web app is not built again if no
 * file of {@code webapp/} changed since the last good build.
 */
class BuildWebapp {
    private static final Set<String> NOT_INPUT = Set.of("node_modules", "dist", ".tanstack", ".output");

    private final Path webapp;
    private final Path target;

    private BuildWebapp(Path webapp, Path target) {
        this.webapp = webapp;
        this.target = target;
    }

    public static void main(String[] args) throws Exception {
        BuildWebapp build = new BuildWebapp(Path.of(args[0]), Path.of(args[1]));
        boolean skipTests = List.of(args).contains("--skip-tests=true");
        try {
            build.run(skipTests);
        } catch (BuildFailed e) {
            System.err.println("[webapp] " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(boolean skipTests) throws Exception {
        Path bun = fetchBun(pinnedVersion());
        String inputs = digestOfInputs();
        Path stamp = target.resolve("webapp.inputs");
        Path output = webapp.resolve("dist/server");
        String done = inputs + (skipTests ? "" : " tested");
        if (Files.isDirectory(output)
                && Files.exists(stamp)
                && Files.readString(stamp).startsWith(done)) {
            say("unchanged since the last build");
            return;
        }
        Files.deleteIfExists(stamp);
        bun(bun, "install", "--frozen-lockfile");
        if (!skipTests) {
            bun(bun, "run", "lint");
            bun(bun, "run", "test");
        }
        deleteTree(webapp.resolve("dist"));
        bun(bun, "run", "build");
        Files.writeString(stamp, done);
    }

    private String pinnedVersion() throws IOException {
        String manifest = Files.readString(webapp.resolve("package.json"));
        Matcher pin =
                Pattern.compile("\"packageManager\"\\s*:\\s*\"bun@([0-9.]+)\"").matcher(manifest);
        if (!pin.find()) {
            throw new BuildFailed("webapp/package.json names no Bun version: add \"packageManager\": \"bun@x.y.z\"");
        }
        return pin.group(1);
    }

    /**
     * Puts the binary and {@code bun.properties}, which describes it, into {@code target/bun}, at the same path as in
     * the WAR.
     */
    private Path fetchBun(String version) throws Exception {
        Path home = target.resolve("bun/WEB-INF/bun");
        Path bun = home.resolve("bun");
        Path facts = home.resolve("bun.properties");
        Path lock = webapp.resolveSibling("src/build/bun/package-lock.json");
        String locked = Files.readString(lock);
        if (!locked.contains("\"bun\": \"" + version + "\"")) {
            throw new BuildFailed("webapp/package.json names Bun " + version + ", but " + lock + " another: put "
                    + version + " into the package.json beside it and run `npm install --package-lock-only` there");
        }
        if (Files.exists(bun)
                && Files.exists(facts)
                && Files.readString(facts).matches("(?s)version=" + Pattern.quote(version) + "\n.*integrity=.*")) {
            return bun;
        }
        Path packages = Files.createDirectories(target.resolve("bun/npm"));
        for (String file : List.of("package.json", "package-lock.json")) {
            Files.copy(lock.resolveSibling(file), packages.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        say("fetching Bun " + version);
        Path npm = onPath("npm");
        Path ownBun = onPath("bun");
        if (npm != null) {
            List<String> quiet = List.of("--no-audit", "--no-fund", "--loglevel=error");
            run(
                    packages,
                    Stream.concat(Stream.of(npm.toString(), "ci", "--ignore-scripts"), quiet.stream())
                            .toList());
        } else if (ownBun != null) {
            run(packages, List.of(ownBun.toString(), "install", "--frozen-lockfile", "--ignore-scripts"));
        } else {
            throw new BuildFailed(
                    "neither npm nor bun is on the PATH; one of them is needed to fetch Bun " + version
                            + " from the npm registry: install Node.js (it brings npm) or Bun, then run the same command again");
        }
        Files.createDirectories(home);
        Path binary = binaryIn(packages);
        Files.copy(binary, bun, StandardCopyOption.REPLACE_EXISTING);
        bun.toFile().setExecutable(true);
        Files.writeString(
                facts,
                "version=" + version + "\nplatform=" + platform() + "\nsize=" + Files.size(bun) + "\nsha256="
                        + sha256(bun) + "\n"
                        + packageOf(packages.resolve("node_modules").relativize(binary), locked));
        deleteTree(packages);
        return bun;
    }

    /** Lines for {@code bun.properties}: the binary's npm package, and its digest in the lock file. */
    private static String packageOf(Path binary, String locked) {
        String name = binary.getName(0) + "/" + binary.getName(1);
        Matcher integrity = Pattern.compile(
                        "\"node_modules/" + Pattern.quote(name) + "\": \\{[^{}]*?\"integrity\": \"([^\"]+)\"")
                .matcher(locked);
        if (!integrity.find()) {
            throw new BuildFailed("src/build/bun/package-lock.json has no digest of " + name);
        }
        return "package=" + name + "\nintegrity=" + integrity.group(1) + "\n";
    }

    /** Searches all packages, because the binary is in a dependency of Bun's npm package for the platform. */
    private static Path binaryIn(Path packages) throws IOException {
        try (Stream<Path> files = Files.walk(packages.resolve("node_modules"))) {
            return files.filter(file ->
                            Set.of("bun", "bun.exe").contains(file.getFileName().toString()))
                    .filter(file -> Files.isRegularFile(file) && sizeOf(file) > 10_000_000)
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new BuildFailed("the npm package of Bun has no binary for " + platform()));
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String platform() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).replaceAll("\\s.*", "") + "-"
                + System.getProperty("os.arch");
    }

    private String digestOfInputs() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (Stream<Path> files = Files.walk(webapp)) {
            List<Path> inputs = files.filter(Files::isRegularFile)
                    .filter(file -> Stream.of(webapp.relativize(file).toString().split("[/\\\\]"))
                            .noneMatch(NOT_INPUT::contains))
                    .sorted()
                    .toList();
            for (Path input : inputs) {
                digest.update((webapp.relativize(input) + "\0" + sha256(input) + "\0").getBytes());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void bun(Path bun, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(bun.toString()));
        command.addAll(List.of(arguments));
        run(webapp, command);
    }

    private void run(Path directory, List<String> command) throws Exception {
        String shown =
                Path.of(command.get(0)).getFileName() + " " + String.join(" ", command.subList(1, command.size()));
        say(shown);
        long start = System.nanoTime();
        ProcessBuilder process =
                new ProcessBuilder(command).directory(directory.toFile()).inheritIO();
        process.redirectInput(ProcessBuilder.Redirect.PIPE);
        // This Bun comes first on the PATH, because scripts of package.json call `bun`.
        String path =
                Path.of(command.get(0)).getParent() + System.getProperty("path.separator") + System.getenv("PATH");
        process.environment().put("PATH", path);
        // With NODE_ENV=development, Vite would build development code.
        process.environment().remove("NODE_ENV");
        int exit = process.start().waitFor();
        if (exit != 0) {
            throw new BuildFailed("`" + shown + "` failed with exit code " + exit + " in " + directory);
        }
        say(String.format(Locale.ROOT, "%s: %.1f s", shown, (System.nanoTime() - start) / 1e9));
    }

    private static Path onPath(String name) {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        List<String> names = windows ? List.of(name + ".cmd", name + ".exe") : List.of(name);
        Optional<Path> found = Stream.of(
                        System.getenv("PATH").split(Pattern.quote(System.getProperty("path.separator"))))
                .flatMap(directory -> names.stream().map(file -> Path.of(directory, file)))
                .filter(Files::isExecutable)
                .findFirst();
        return found.orElse(null);
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void say(String line) {
        System.out.println("[webapp] " + line);
    }

    private static final class BuildFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BuildFailed(String message) {
            super(message);
        }
    }
}
