package dev.vtsbasic.it;

import static dev.vtsbasic.testing.matrix.ServerFeature.CLASS_LOADERS;
import static dev.vtsbasic.testing.matrix.ServerFeature.RAW_CHARACTERS;
import static dev.vtsbasic.testing.matrix.ServerFeature.RAW_PATHS;
import static dev.vtsbasic.testing.matrix.ServerFeature.UPLOAD;
import static dev.vtsbasic.testing.matrix.ServerFeature.WEBSOCKET;

import dev.vtsbasic.testing.matrix.ServerFeature;
import dev.vtsbasic.testing.server.StockGlassFish;
import dev.vtsbasic.testing.server.StockJetty;
import dev.vtsbasic.testing.server.StockLiberty;
import dev.vtsbasic.testing.server.StockServer;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.StockWildFly;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The built WAR, unchanged, on every supported server, with the Java that runs the tests. Without {@code -Pservers},
 * only on the one that is not tagged {@code server}. On newer Java, only on the newest version of each server.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
final class ServersIT {
    @Nested
    final class Tomcat11 extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockTomcat.runOpen("11.0", directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return TOMCAT;
        }
    }

    @Nested
    @Tag("server")
    @EnabledForJreRange(max = JRE.JAVA_21)
    final class Tomcat10 extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockTomcat.runOpen("10.1", directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return TOMCAT;
        }
    }

    @Nested
    @Tag("server")
    @EnabledForJreRange(max = JRE.JAVA_21)
    final class Jetty120Ee10 extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockJetty.run("12.0", "ee10-deploy,ee10-websocket-jakarta", directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return JETTY;
        }
    }

    @Nested
    @Tag("server")
    @EnabledForJreRange(max = JRE.JAVA_21)
    final class Jetty121Ee10 extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockJetty.run("12.1", "ee10-deploy,ee10-websocket-jakarta", directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return JETTY;
        }
    }

    @Nested
    @Tag("server")
    final class Jetty121Ee11 extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockJetty.run("12.1", "ee11-deploy,ee11-websocket-jakarta", directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return JETTY;
        }
    }

    @Nested
    @Tag("server")
    final class WildFly extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockWildFly.run(directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return Map.of(UPLOAD, "`max-post-size` of the listener");
        }

        /**
         * Undertow strips the space, reads the text after a chunk's size as an extension and skips the text after its
         * data. It responds with 500 to a target without a slash before it looks for a servlet.
         */
        @Override
        public Set<String> mended() {
            return Set.of(
                    "space before a colon: not refused but forwarded",
                    "malformed chunk size: not refused but forwarded",
                    "malformed end of a chunk: not refused but forwarded",
                    "odd target: a fault of the server",
                    "request within a body: a fault of the server");
        }

        @Override
        public Map<ServerFeature, String> limits() {
            return Map.of(
                    RAW_CHARACTERS,
                    "Undertow refuses raw characters; with `allow-unescaped-characters-in-url` it decodes the whole path");
        }
    }

    @Nested
    @Tag("server")
    final class OpenLiberty extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockLiberty.run(directory, environment);
        }

        @Override
        public Map<ServerFeature, String> settings() {
            return Map.of(RAW_PATHS, "`skipEncodedCharVerification` of `<webContainer>`");
        }

        /**
         * Liberty strips the space, drops a Content-Length that is not a number and all but the first one, and lets
         * sizes overflow.
         */
        @Override
        public Set<String> mended() {
            return Set.of(
                    "space before a colon: not refused but forwarded",
                    "odd Content-Length: not refused but forwarded",
                    "repeated Content-Length: not refused but forwarded",
                    "Content-Length with Transfer-Encoding: the app got the hidden request",
                    "malformed chunk size: not refused but forwarded",
                    "malformed end of a chunk: not refused but forwarded");
        }
    }

    @Nested
    @Tag("server")
    final class Payara extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockGlassFish.runPayara(directory, environment);
        }

        @Override
        public Map<ServerFeature, String> limits() {
            return Map.of(RAW_CHARACTERS, REFUSED);
        }

        @Override
        public Set<String> mended() {
            return GRIZZLY;
        }
    }

    /** This server reports itself that it does not start on Java 25. */
    @Nested
    @Tag("server")
    @EnabledForJreRange(max = JRE.JAVA_21)
    final class GlassFish extends ServerCases {
        @Override
        StockServer start(Path directory, Map<String, String> environment) throws Exception {
            return StockGlassFish.runGlassFish(directory, environment);
        }

        @Override
        public Map<ServerFeature, String> limits() {
            return Map.of(RAW_CHARACTERS, REFUSED, CLASS_LOADERS, "Classes of undeployed copies stay in memory");
        }

        @Override
        public Set<String> mended() {
            Set<String> mended = new HashSet<>(GRIZZLY);
            mended.add("odd target: a fault of the server");
            return mended;
        }
    }

    /**
     * Grizzly drops the Content-Length beside a Transfer-Encoding, trims the size of a chunk and skips the text after
     * its data. It keeps the connection open after its own 400, and after its 405 to TRACE.
     */
    private static final Set<String> GRIZZLY = Set.of(
            "Content-Length with Transfer-Encoding: the app got the hidden request",
            "disguised Transfer-Encoding: the app got the hidden request",
            "malformed chunk size: not refused but forwarded",
            "malformed end of a chunk: not refused but forwarded",
            "request within a body: the app got the hidden request");

    private static final String REFUSED = "A path with `%5C` gets a 400; on GlassFish one with `a:b@c` gets a 503";

    private static final Map<ServerFeature, String> TOMCAT = Map.of(
            RAW_PATHS,
            "`encodedSolidusHandling` of the connector",
            RAW_CHARACTERS,
            "`encodedReverseSolidusHandling` and `relaxedQueryChars` of the connector");

    private static final Map<ServerFeature, String> JETTY = Map.of(
            RAW_PATHS, "`jetty.httpConfig.uriCompliance=UNSAFE`",
            WEBSOCKET, "module `websocket-jakarta`");
}
