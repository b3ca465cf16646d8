package dev.vtsbasic.launch;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The main class of {@code java -jar vts-basic.war}: explodes the WAR once and runs {@code dev.vtsbasic.Main} with its
 * jars.
 *
 * <p>It lies at the top of the WAR, where the JVM looks for classes and a servlet container does not. Its package uses
 * only classes of the JDK, because the jars are not on the class path yet.
 */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] arguments) throws ReflectiveOperationException, URISyntaxException {
        Path war = Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        URL[] jars;
        try {
            jars = jarsOf(ExplodedWar.explode(war, WorkDirectory.candidates(WorkDirectory.configured())));
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        // Never closed, because the program needs it until the JVM ends. Its parent is the platform's loader and not
        // the loader of this class, so that all classes of the program come from one loader.
        @SuppressWarnings("resource")
        ClassLoader loader = new URLClassLoader("vts-basic", jars, ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        try {
            loader.loadClass("dev.vtsbasic.Main")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static URL[] jarsOf(Path exploded) throws IOException {
        Stream.Builder<URL> jars = Stream.builder();
        for (String directory : List.of("WEB-INF/lib", "WEB-INF/lib-provided")) {
            try (Stream<Path> files = Files.list(exploded.resolve(directory))) {
                files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(file -> jars.add(urlOf(file)));
            }
        }
        return jars.build().toArray(URL[]::new);
    }

    private static URL urlOf(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
