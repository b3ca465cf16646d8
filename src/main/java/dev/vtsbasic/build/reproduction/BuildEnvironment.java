package dev.vtsbasic.build.reproduction;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The directory, user, time zone and language of one build. A reproducible build writes none of them into its files.
 *
 * @param tree the directory that is built
 * @param home the user's home directory
 * @param user the user's name
 * @param zone the time zone; empty if unknown
 * @param locale the user's language and country; empty if unknown
 */
record BuildEnvironment(Path tree, Path home, String user, String zone, String locale) {
    /**
     * The environment of the first build, which has nothing in common with {@link #second}. The time zones are 26 hours
     * apart, so that the dates differ, too.
     */
    static BuildEnvironment first(Path directory) {
        return new BuildEnvironment(
                directory.resolve("one/project"),
                directory.resolve("home-1"),
                "vts-first",
                "Etc/GMT+12",
                "en_US.UTF-8");
    }

    static BuildEnvironment second(Path directory) {
        return new BuildEnvironment(
                directory.resolve("second/much/deeper/sources"),
                directory.resolve("home-2"),
                "vts-second",
                "Etc/GMT-14",
                "de_DE.UTF-8");
    }

    /** The environment of a build that was made in the project itself, as far as this program knows it. */
    static BuildEnvironment ofExisting(Path tree) {
        return new BuildEnvironment(
                tree, Path.of(System.getProperty("user.home")), System.getProperty("user.name"), "", "");
    }

    /** The directory for temporary files of the build. */
    Path temporary() {
        return home.resolve("tmp");
    }

    /**
     * The environment variables of the build.
     *
     * @param programs the directories that come first in {@code PATH}, with separators
     */
    Map<String, String> variables(String programs) {
        Map<String, String> variables = new HashMap<>();
        variables.put("PATH", programs + File.pathSeparator + System.getenv().getOrDefault("PATH", ""));
        variables.put("HOME", home.toString());
        variables.put("USERPROFILE", home.toString());
        variables.put("TMPDIR", temporary().toString());
        variables.put("USER", user);
        variables.put("LOGNAME", user);
        variables.put("TZ", zone);
        variables.put("LC_ALL", locale);
        return variables;
    }
}
