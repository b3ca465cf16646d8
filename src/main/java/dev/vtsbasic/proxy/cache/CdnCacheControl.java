package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.cache.CacheControlParser.Directive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.Header;

/** Reads CDN-Cache-Control (RFC 9213 §2.1), which is a Dictionary of structured fields (RFC 9651 §3.2). */
final class CdnCacheControl {
    private static final String KEY = "[a-z*][a-z0-9_.*-]*+";

    private static final String STRING = "\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+\"";

    private static final String ITEM = "(?:-?+[0-9]{1,12}+\\.[0-9]{1,3}+|@?+-?+[0-9]{1,15}+|" + STRING
            + "|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*+|:[A-Za-z0-9+/]*+={0,2}+:|\\?[01])";

    private static final String PARAMETERS = "(?:; *+" + KEY + "(?:=" + ITEM + ")?+)*+";

    private static final String INNER_LIST =
            "\\( *+(?:" + ITEM + PARAMETERS + "(?: ++" + ITEM + PARAMETERS + ")*+)?+ *+\\)";

    private static final String MEMBER = "(" + KEY + ")(?:=(" + ITEM + "|" + INNER_LIST + "))?+" + PARAMETERS;

    private static final String BETWEEN = "[ \t]*+,[ \t]*+";

    private static final Pattern DICTIONARY = Pattern.compile("(?:" + MEMBER + "(?:" + BETWEEN + MEMBER + ")*+)?+");

    private static final Pattern EACH = Pattern.compile("\\G(?:" + BETWEEN + ")?+" + MEMBER);

    private CdnCacheControl() {}

    /**
     * Returns the directives of all lines; empty when the lines together are malformed. Values are as the app wrote
     * them, strings with their quotes.
     */
    static Optional<List<Directive>> of(Header[] lines) {
        // White space around a line is not part of its value (RFC 9110 §5.5).
        String text = Arrays.stream(lines)
                .map(line -> line.getValue() == null ? "" : line.getValue().strip())
                .collect(Collectors.joining(", "));
        if (!DICTIONARY.matcher(text).matches()) {
            return Optional.empty();
        }
        List<Directive> directives = new ArrayList<>();
        Matcher member = EACH.matcher(text);
        while (member.find()) {
            directives.add(new Directive(member.group(1), member.group(2)));
        }
        return Optional.of(directives);
    }
}
