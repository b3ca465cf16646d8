package dev.vtsbasic.conformance.asset;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Suite;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;

/** Plays all asset cases on the WAR. */
@Order(1)
class AssetConformanceIT {
    private static AssetSite site;
    private static Suite suite;

    @BeforeAll
    static void start() throws Exception {
        site = AssetSite.write();
        suite = site.suite(Proxy.Kind.VTS);
    }

    @AfterAll
    static void stop() throws Exception {
        suite.close();
        site.close();
    }

    @TestFactory
    Stream<DynamicNode> cases() {
        return AssetCases.all().entrySet().stream()
                .map(group -> dynamicContainer(
                        group.getKey(),
                        group.getValue().stream()
                                .map(c -> dynamicTest(c.level() + " " + c.name(), () -> suite.play(c.script())))));
    }
}
