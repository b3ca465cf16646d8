package dev.vtsbasic.embedded.connector;

import java.lang.reflect.Field;
import org.apache.tomcat.util.http.parser.HttpParser;

/**
 * Makes Tomcat accept the underscore in host names, in Host and in {@code :authority}.
 *
 * <p>Tomcat follows RFC 1123, whose names have no {@code _}, and responds with 400. Docker Compose and Windows create
 * names with {@code _}, and RFC 3986 §3.2.2 allows them.
 */
public final class HostNameSyntax {
    private HostNameSyntax() {}

    /**
     * Affects every Tomcat in this JVM, because both of Tomcat's parsers use one static table and no setting changes
     * it.
     */
    public static void allowUnderscores() {
        try {
            Field letters = HttpParser.class.getDeclaredField("IS_ALPHA");
            letters.setAccessible(true);
            ((boolean[]) letters.get(null))['_'] = true;
        } catch (ReflectiveOperationException e) {
            // The tests fail with a Tomcat that has no such table, so no build has one.
            throw new IllegalStateException("Tomcat has no table of letters", e);
        }
    }
}
