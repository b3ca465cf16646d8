package dev.vtsbasic.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit such as {@code 20/s burst 50}: a bucket holds up to 50 tokens and gets 20 new ones each second, evenly
 * spaced, and each request takes a token.
 *
 * @param count number of new tokens in each {@code period}, at least 1
 * @param period one second, one minute or one hour
 * @param burst size of the bucket: the number of requests that may come at once after a pause, at least 1
 */
public record Rate(int count, Duration period, int burst) {
    static final String ALLOWED =
            "a number of requests per s, m or h, and how many may come at once, such as 20/s burst 50, 600/m or 5/s burst 5;"
                    + " an empty bucket must fill within a year";

    /** Short enough that computations with it in nanoseconds do not overflow a long. */
    static final Duration MAX_TIME_TO_FILL = Duration.ofDays(365);

    private static final String NUMBER = "([1-9][0-9]{0,6})";
    private static final Pattern FORM = Pattern.compile(NUMBER + "/(s|m|h)(?: burst " + NUMBER + ")?");

    /** The time in which an empty bucket fills. */
    public Duration timeToFill() {
        return period.multipliedBy(burst).dividedBy(count);
    }

    /** @throws IllegalArgumentException when {@code text} is not a rate */
    static Rate of(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text);
        }
        int count = Integer.parseInt(parts.group(1));
        Duration period = switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
        return new Rate(count, period, parts.group(3) == null ? count : Integer.parseInt(parts.group(3)));
    }
}
