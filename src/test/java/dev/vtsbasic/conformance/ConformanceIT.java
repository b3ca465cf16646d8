package dev.vtsbasic.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Suite;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.smuggling.MalformedRequest;
import dev.vtsbasic.conformance.smuggling.SmugglingCheck;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** VTS Basic between a client and a server, both scripted byte by byte. */
@Tag("java")
@Order(1)
class ConformanceIT {
    private static Suite suite;

    @BeforeAll
    static void start() throws IOException {
        suite = new Suite(ProxyCases.all(), Proxy.Kind.VTS::start);
    }

    @AfterAll
    static void stop() throws IOException {
        suite.close();
    }

    @TestFactory
    Stream<DynamicNode> cases() {
        return ProxyCases.all().entrySet().stream()
                .map(group -> dynamicContainer(
                        group.getKey(),
                        group.getValue().stream().map(c -> dynamicTest(c.level() + " " + c.name(), () -> play(c)))));
    }

    @TestFactory
    Stream<DynamicNode> malformedRequestsAreRefusedOrForwardedClean() {
        List<MalformedRequest> requests = SmugglingCheck.requests();
        return requests.stream()
                .map(malformed -> dynamicTest(
                        malformed.family() + ": " + Text.quote(malformed.text()),
                        () -> suite.play(scene -> SmugglingCheck.play(malformed, scene))));
    }

    private static void play(Case c) throws Exception {
        try {
            suite.play(c.script());
        } catch (AssertionError e) {
            if (c.limit().isEmpty()) {
                throw new AssertionError(c.name() + ": " + e.getMessage(), e);
            }
            Assumptions.abort(c.limit());
        }
    }
}
