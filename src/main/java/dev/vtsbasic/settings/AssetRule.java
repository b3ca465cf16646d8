package dev.vtsbasic.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which Cache-Control the assets of some paths get.
 *
 * @param glob a path that starts with a slash; {@code *} stands for anything but a slash, {@code **} for anything
 * @param cacheControl value of Cache-Control, or {@code hidden} for files that are not served
 */
public record AssetRule(String glob, String cacheControl) {
    private static final String HIDDEN = "hidden";
    private static final Pattern CACHE_CONTROL =
            Pattern.compile("[A-Za-z-]+(=[A-Za-z0-9\"-]+)?(, *[A-Za-z-]+(=[A-Za-z0-9\"-]+)?)*");

    /** @throws IllegalArgumentException when the glob does not start with a slash, or the value is no Cache-Control */
    public AssetRule {
        if (!glob.startsWith("/") || !CACHE_CONTROL.matcher(cacheControl).matches()) {
            throw new IllegalArgumentException();
        }
    }

    /** {@code /fonts/**=public, max-age=86400; /x.js=no-store}. */
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

    /** @param path of a file, never one that a client sent: a glob with many stars may take long */
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

    /** Whether such files are not served at all. */
    public boolean hidden() {
        return cacheControl.equals(HIDDEN);
    }

    /** Whether the content of such a path never changes. */
    public boolean immutable() {
        return cacheControl.contains("immutable");
    }

    /** The directory all of which it is about, with slashes around it; empty when it is about something else. */
    public String directory() {
        return glob.matches("/[^*]+/\\*\\*") ? glob.substring(0, glob.length() - 2) : "";
    }
}
