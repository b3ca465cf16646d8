package dev.vtsbasic.build.validation;

import java.util.regex.Pattern;

/** Recognizes {@code name-HASH.ext}: the hash has eight characters of base64url, and Rolldown may append a digit. */
final class HashedName {
    private static final int MIN_HASH_LENGTH = 8;
    private static final int MAX_HASH_LENGTH = 9;
    private static final Pattern DIGIT_OR_CAPITAL = Pattern.compile("[0-9A-Z]");
    private static final Pattern DIGIT = Pattern.compile("[0-9]");
    private static final Pattern SMALL = Pattern.compile("[a-z]");
    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

    private HashedName() {}

    /** Whether a bundler may have made this name; not {@code user-settings.json}, which has no digit or capital. */
    static boolean is(String name) {
        String hash = hash(name);
        return hash != null && DIGIT_OR_CAPITAL.matcher(hash).find();
    }

    /** Whether only a bundler makes such a name: the hash of a script or style sheet mixes case and digits. */
    static boolean isBeyondDoubt(String name) {
        String hash = hash(name);
        return hash != null
                && (name.endsWith(".js") || name.endsWith(".mjs") || name.endsWith(".css"))
                && DIGIT.matcher(hash).find()
                && SMALL.matcher(hash).find()
                && CAPITAL.matcher(hash).find();
    }

    /** The name that is the same in every build: {@code assets/main.js} for {@code assets/main-B-x_9yZk.js}. */
    static String withoutHash(String name) {
        String hash = hash(name);
        return hash == null ? name : name.substring(0, start(name)) + name.substring(name.lastIndexOf('.'));
    }

    private static String hash(String name) {
        int start = start(name);
        return start < 0 ? null : name.substring(start + 1, name.lastIndexOf('.'));
    }

    /** Index of the dash before the hash, or -1. A hash may hold dashes, so the longest one that fits is taken. */
    private static int start(String name) {
        int dot = name.lastIndexOf('.');
        for (int length = MAX_HASH_LENGTH; length >= MIN_HASH_LENGTH; length--) {
            int dash = dot - length - 1;
            if (dash >= 0 && name.charAt(dash) == '-' && name.indexOf('/', dash) < 0 && isHash(name, dash + 1, dot)) {
                return dash;
            }
        }
        return -1;
    }

    private static boolean isHash(String name, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }
}
