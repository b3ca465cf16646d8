package dev.vtsbasic.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Sets the Cache-Control of the assets whose paths match a glob.
 *
 * @param glob a pattern that starts with a slash; {@code *} matches any text without a slash, {@code **} any text
 * @param cacheControl value of Cache-Control, or {@code hidden} for files that are not served
 */
public record AssetRule(String glob, String cacheControl) {
    private static final String HIDDEN = "hidden";
    private static final Pattern CACHE_CONTROL =
            Pattern.compile("[A-Za-z-]+(=[A-Za-z0-9\"-]+)?(, *[A-Za-z-]+(=[A-Za-z0-9\"-]+)?)*");

    /**
     * @throws IllegalArgumentException when the glob does not start with a slash, or the value is not a Cache-Control
     */
    public AssetRule {
        if (!glob.startsWith("/") || !CACHE_CONTROL.matcher(cacheControl).matches()) {
            throw new IllegalArgumentException();
        }
    }

    /**
     * Parses a list of rules such as {@code /fonts/**=public, max-age=86400; /x.js=no-store}.
     *
     * @throws IllegalArgumentException when {@code text} is not such a list
     */
    static List<AssetRule> list(String text) {
        List<AssetRule> rules = new ArrayList<>();
        for (String rule : text.split(";")) {
            if (!rule.isBlank()) {
                int equals = rule.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException();
                }
                rules.add(new AssetRule(
                        rule.substring(0, equals).strip(),
                        rule.substring(equals + 1).strip()));
            }
        }
        return List.copyOf(rules);
    }

    /**
     * @param path path of a file; never a path that a client sent, because matching a glob with many stars may take
     *     long
     */
    public boolean matches(String path) {
        StringBuilder pattern = new StringBuilder();
        Arrays.stream(glob.split("(?<=\\*)(?!\\*)|(?<!\\*)(?=\\*)"))
                .map(part -> switch (part) {
                    case "*" -> "[^/]*";
                    case "**" -> ".*";
                    default -> Pattern.quote(part);
                })
                .forEach(pattern::append);
        return path.matches(pattern.toString());
    }

    /** Whether files that match are not served at all. */
    public boolean hidden() {
        return cacheControl.equals(HIDDEN);
    }

    /** Whether the content of files that match never changes. */
    public boolean immutable() {
        return cacheControl.contains("immutable");
    }

    /**
     * The directory that a glob such as {@code /fonts/**} covers as a whole, with a slash at both ends; empty for any
     * other glob.
     */
    public String directory() {
        return glob.matches("/[^*]+/\\*\\*") ? glob.substring(0, glob.length() - 2) : "";
    }
}
