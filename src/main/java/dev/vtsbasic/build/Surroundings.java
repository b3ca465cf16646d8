package dev.vtsbasic.build;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The directory, user, time zone and language of one build; none of them may show in its files.
 *
 * @param tree the directory that is built
 * @param home the user's home directory
 * @param user the user's name
 * @param zone the time zone; empty if unknown
 * @param locale the user's language and country; empty if unknown
 */
record Surroundings(Path tree, Path home, String user, String zone, String locale) {
    /** Has nothing in common with {@link #second}; the zones are 26 hours apart, so that the dates differ, too. */
    static Surroundings first(Path place) {
        return new Surroundings(
                place.resolve("one/project"), place.resolve("home-1"), "vts-first", "Etc/GMT+12", "en_US.UTF-8");
    }

    static Surroundings second(Path place) {
        return new Surroundings(
                place.resolve("second/much/deeper/sources"),
                place.resolve("home-2"),
                "vts-second",
                "Etc/GMT-14",
                "de_DE.UTF-8");
    }

    /** The surroundings of a build that was made in the project itself. */
    static Surroundings here(Path tree) {
        return new Surroundings(
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
    Map<String, String> environment(String programs) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", programs + File.pathSeparator + System.getenv().getOrDefault("PATH", ""));
        environment.put("HOME", home.toString());
        environment.put("USERPROFILE", home.toString());
        environment.put("TMPDIR", temporary().toString());
        environment.put("USER", user);
        environment.put("LOGNAME", user);
        environment.put("TZ", zone);
        environment.put("LC_ALL", locale);
        return environment;
    }
}
