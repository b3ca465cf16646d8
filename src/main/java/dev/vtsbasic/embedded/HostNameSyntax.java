package dev.vtsbasic.embedded;

import java.lang.reflect.Field;
import org.apache.tomcat.util.http.parser.HttpParser;

/**
 * What Tomcat takes for a host name, in Host and in {@code :authority}.
 *
 * <p>It goes by RFC 1123, whose names have no {@code _}, and answers 400. Docker compose and Windows give such names, and
 * RFC 3986 §3.2.2 allows them.
 */
final class HostNameSyntax {
    private HostNameSyntax() {}

    /** For all Tomcats of this JVM, because both of its parsers look into one table, for which there is no setting. */
    static void allowUnderscores() {
        try {
            Field letters = HttpParser.class.getDeclaredField("IS_ALPHA");
            letters.setAccessible(true);
            ((boolean[]) letters.get(null))['_'] = true;
        } catch (ReflectiveOperationException e) {
            // A build with such a Tomcat does not pass its tests.
            throw new IllegalStateException("Tomcat has no table of letters", e);
        }
    }
}
