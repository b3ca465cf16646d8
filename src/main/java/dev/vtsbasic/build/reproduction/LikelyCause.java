package dev.vtsbasic.build.reproduction;

import java.util.Locale;

/** A reason why two builds of the same sources differ, with an explanation and a remedy for people. */
enum LikelyCause {
    BUILD_PATH(
            "the directory it was built in is in the file",
            "write paths relative to the project, or cut its directory off in a plugin of the build"),
    HOME_OR_USER(
            "the home directory or the name of the user who built it is in the file",
            "leave them out of what the build writes"),
    TIME(
            "a time or date is in the file",
            "take it from the sources, such as the time of the commit (SOURCE_DATE_EPOCH), not from the clock or the zone"),
    ORDER(
            "the same parts are there in another order",
            "sort what the build reads or collects: a directory's files, the keys of an object, what runs in parallel"),
    STYLE_SHEET_OF_CLIENT_AND_SERVER(
            "the server names a style sheet under a hash that the client does not have, so each of the two compiled its own",
            "let both compile the same: `@import 'tailwindcss' source('.')` keeps Tailwind from reading dist, "
                    + "and a .gitignore that names dist must be there when the build runs"),
    STYLE_SHEET(
            "a style sheet was compiled from different files",
            "state in it what Tailwind reads, `@import 'tailwindcss' source('.')`; by default it reads the whole project, dist of an earlier build too"),
    RANDOM_OR_HASH(
            "a random value is in the file, or a hash of something that is not the same each time",
            "derive identifiers from the content of the sources"),
    ONLY_NAMES(
            "the names differ, but nothing in the files does",
            "derive file names from file content alone: a hash in a name is random, or covers data that is not in the file"),
    FILE_MISSING(
            "one build writes a file that the other does not", "check whether its name or its existence is random"),
    UNKNOWN("none of the usual ones", "compare the two excerpts");

    private final String explanation;
    private final String remedy;

    LikelyCause(String explanation, String remedy) {
        this.explanation = explanation;
        this.remedy = remedy;
    }

    String explanation() {
        return explanation;
    }

    String remedy() {
        return remedy;
    }

    /** The name in JSON, such as {@code build-path}. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
