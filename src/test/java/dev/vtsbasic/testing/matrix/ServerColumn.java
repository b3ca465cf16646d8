package dev.vtsbasic.testing.matrix;

import dev.vtsbasic.testing.server.StockServer;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** A server's column in the README's table: the server, and the features that it limits or needs a setting for. */
public interface ServerColumn {
    /** Null when the server did not start. */
    StockServer server();

    /** SHA-256 of the deployed WAR, in hexadecimal digits. */
    String warDigest() throws IOException;

    /** Features that the server's own code prevents, each with the reason. */
    default Map<ServerFeature, String> limits() {
        return Map.of();
    }

    /** Features that need a setting of the server, each with that setting. */
    default Map<ServerFeature, String> settings() {
        return Map.of();
    }

    /**
     * Malformed requests that the server's own parser repairs or answers with an error of its own, so that no servlet
     * sees the fault.
     */
    default Set<String> mended() {
        return Set.of();
    }
}
