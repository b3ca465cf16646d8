package dev.vtsbasic.build;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What is around a build and must not show in it.
 *
 * @param tree the directory that is built
 * @param home the user's home directory
 * @param user the user's name
 * @param zone the time zone
 * @param locale the user's language and country
 */
record Surroundings(Path tree, Path home, String user, String zone, String locale) {
    /** Two that have nothing in common; their zones are 26 hours apart, so that not even the date is the same. */
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

    /** Those of a build that was made where the project is. */
    static Surroundings here(Path tree) {
        return new Surroundings(
                tree, Path.of(System.getProperty("user.home")), System.getProperty("user.name"), "", "");
    }

    /** Where a build may put what it does not keep. */
    Path temporary() {
        return home.resolve("tmp");
    }

    /** @param programs directories to look for programs in before all others */
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
