package dev.vtsbasic.settings;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Describes and reads the values of a setting.
 *
 * @param allowed the allowed values, worded to follow "allowed is"
 * @param parser throws IllegalArgumentException for a value that is not allowed
 * @param mask hides the secret part of a value
 */
record SettingType<T>(String allowed, Function<String, T> parser, UnaryOperator<String> mask) {
    /** Fits into an int in milliseconds, because some timeouts of the JDK and of the servers are ints. */
    private static final Duration MAX_DURATION = Duration.ofHours(500);

    private static final long MAX_SIZE = 1L << 40;
    private static final int MAX_WORKERS = 100;
    private static final int MAX_CONCURRENT = 1_000_000;
    private static final String MASK = "***";

    SettingType(String allowed, Function<String, T> parser) {
        this(allowed, parser, UnaryOperator.identity());
    }

    static SettingType<Integer> number(int min, int max) {
        return new SettingType<>("a number from " + min + " to " + max, text -> number(text, min, max));
    }

    private static int number(String text, int min, int max) {
        int number = Integer.parseInt(text);
        require(number >= min && number <= max);
        return number;
    }

    static SettingType<Optional<Integer>> optionalPort() {
        return new SettingType<>(
                "a number from 0 to 65535",
                text -> text.isEmpty() ? Optional.empty() : Optional.of(number(text, 0, 65535)));
    }

    /** @param allowed describes the pattern */
    static SettingType<String> text(String pattern, String allowed) {
        return new SettingType<>(allowed, text -> {
            require(text.matches(pattern));
            return text;
        });
    }

    /** Accepts an IPv6 address with or without the brackets that it has in a URL, and removes them. */
    static SettingType<String> address() {
        return new SettingType<>("an IP address or host name", text -> {
            String bare = text.replaceFirst("^\\[(.*)]$", "$1");
            require(!bare.matches(".*[\\[\\]].*") && (IpNetwork.isAddress(bare) || isName(bare)));
            return bare;
        });
    }

    private static boolean isName(String text) {
        return Authority.of(text)
                .filter(authority ->
                        authority.port().isEmpty() && !authority.host().startsWith("["))
                .isPresent();
    }

    static SettingType<String> contextPath() {
        return new SettingType<>("/ or a path such as /shop or /apps/front", UrlPath::ofContext);
    }

    static SettingType<Optional<String>> optionalUrlPath() {
        return new SettingType<>(
                "/ or a path such as /shop", text -> text.isEmpty() ? Optional.empty() : Optional.of(UrlPath.of(text)));
    }

    static SettingType<Optional<String>> token() {
        return new SettingType<>(
                "any text without spaces",
                text -> {
                    require(!text.matches(".*\\s.*"));
                    return Optional.of(text).filter(token -> !token.isEmpty());
                },
                text -> text.isEmpty() ? "" : MASK);
    }

    static SettingType<Optional<Path>> path() {
        return new SettingType<>("a path", text -> {
            try {
                return text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Path.of(text).toAbsolutePath());
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    static SettingType<Duration> duration() {
        Pattern pattern = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
        return new SettingType<>("a time such as 500ms, 15s, 2m or 1h, up to 500h", text -> {
            Matcher parts = pattern.matcher(text);
            require(parts.matches());
            long amount = Long.parseLong(parts.group(1));
            Duration duration = switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
            require(duration.compareTo(MAX_DURATION) <= 0);
            return duration;
        });
    }

    /** A size in bytes. */
    static SettingType<Long> size() {
        Pattern pattern = Pattern.compile("([0-9]{1,9})([kmg]?)");
        return new SettingType<>("a size in bytes such as 0, 512k, 20m or 2g, up to 1024g", text -> {
            Matcher parts = pattern.matcher(text.toLowerCase(Locale.ROOT));
            require(parts.matches());
            int shift = "kmg".indexOf(parts.group(2)) * 10 + 10;
            long size = Long.parseLong(parts.group(1)) << (parts.group(2).isEmpty() ? 0 : shift);
            require(size <= MAX_SIZE);
            return size;
        });
    }

    static SettingType<Optional<Rate>> rate() {
        return new SettingType<>(Rate.ALLOWED, text -> {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Rate rate = Rate.of(text);
            require(rate.timeToFill().compareTo(Rate.MAX_TIME_TO_FILL) <= 0);
            return Optional.of(rate);
        });
    }

    static SettingType<OptionalInt> maxConcurrent() {
        return new SettingType<>(
                "a number from 0 to 1000000, or auto: as many as the Java heap has room for",
                text -> text.equals("auto") ? OptionalInt.empty() : OptionalInt.of(number(text, 0, MAX_CONCURRENT)));
    }

    static SettingType<Integer> workers() {
        return new SettingType<>(
                "a number from 1 to 100, or auto: one for each processor",
                text -> workers(text, Runtime.getRuntime().availableProcessors()));
    }

    static int workers(String text, int processors) {
        return text.equals("auto") ? Math.min(processors, MAX_WORKERS) : number(text, 1, MAX_WORKERS);
    }

    static SettingType<List<String>> variables() {
        return new SettingType<>(
                "names or prefixes such as DATABASE_URL, APP_*, separated by commas; * for all",
                text -> list(text, name -> name.matches("[A-Za-z0-9_.()-]*\\*?")));
    }

    static SettingType<List<String>> hostNames() {
        return new SettingType<>(
                "host names, separated by commas", text -> list(text.toLowerCase(Locale.ROOT), SettingType::isName));
    }

    private static List<String> list(String text, Predicate<String> isAllowed) {
        List<String> elements = Pattern.compile("\\s*,\\s*")
                .splitAsStream(text)
                .filter(element -> !element.isEmpty())
                .toList();
        elements.forEach(element -> require(isAllowed.test(element)));
        return elements;
    }

    static SettingType<List<IpNetwork>> networks() {
        return new SettingType<>("networks such as 10.0.0.0/8, fd00::/8, separated by commas", IpNetwork::list);
    }

    /** An {@code http} URL without a path. Its mask hides the user and password. */
    static SettingType<Optional<URI>> optionalHttpUrl() {
        return new SettingType<>(
                "a URL such as http://127.0.0.1:8081",
                text -> text.isEmpty() ? Optional.empty() : Optional.of(httpUrl(text)),
                text -> text.replaceFirst("//[^/]*@", "//" + MASK + "@"));
    }

    private static URI httpUrl(String text) {
        URI url = URI.create(text);
        require("http".equals(url.getScheme()) && url.getRawAuthority() != null);
        String authority = url.getRawAuthority();
        require(Authority.of(authority.substring(authority.lastIndexOf('@') + 1))
                .isPresent());
        require(url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
        return url;
    }

    static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        String allowed = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return new SettingType<>(allowed, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }

    static SettingType<Boolean> flag() {
        return new SettingType<>("on or off", text -> {
            require(text.equals("on") || text.equals("off"));
            return text.equals("on");
        });
    }

    /** A share from 0 to 1. */
    static SettingType<Double> share() {
        return new SettingType<>("a number from 0 to 1, such as 0.1", text -> {
            require(text.matches("[01]|[01]?\\.[0-9]{1,9}"));
            double share = Double.parseDouble(text);
            require(share <= 1);
            return share;
        });
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException();
        }
    }
}
