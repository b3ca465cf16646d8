package dev.vtsbasic.it;

import dev.vtsbasic.testing.mix.RequestMix;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sends to {@code java -jar} the same mix of requests that the servers get. */
@Tag("java")
final class RequestMixIT {
    @Test
    void eachRequestGetsItsOwnResponseAmongMisbehavingClients() throws Exception {
        Path endpoints =
                Path.of(ServerCases.class.getResource("endpoints.js").toURI()).toAbsolutePath();
        try (Vts vts = Vts.serve(
                Map.of("BUN_OPTIONS", "--preload " + endpoints, "VTS_WORKER_ENV", "BUN_OPTIONS", "VTS_WORKERS", "1"))) {
            RequestMix.assertEachGetsItsOwnResponse(vts.uri().getPort());
        }
    }
}
