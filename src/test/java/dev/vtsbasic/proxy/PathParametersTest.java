package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.embedded.EmbeddedServer;
import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.ServletRegistration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application at a context path whose container includes path parameters in that path. */
@Timeout(120)
@Tag("java")
class PathParametersTest {
    @ParameterizedTest
    @CsvSource({
        "/apps/shop, /apps/shop;x, /apps/shop;x",
        "/apps/shop, /apps/shop;x=1;y/a;z?q, /apps/shop;x=1;y/a;z?q",
        "/apps/shop, /apps;x/shop/a, /apps;x/shop/a",
        "/apps/shop, /apps/shop/a;x, /apps/shop/a;x",
        "/seen, /apps/shop;x, /seen;x",
        "/seen, /apps/shop;x/a, /seen;x/a",
        "/seen, /apps;x/shop/a, /seen/a",
        "'', /apps/shop;x/a;y, /a;y",
    })
    void pathParametersBehindTheContextPathArriveAsTheyWereSent(String base, String sent, String arrives)
            throws Exception {
        Settings settings = TestSettings.of("vts.context-path", "/apps/shop");
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(closing(ok("")))) {
            Worker worker = new Worker("worker-1", app.address());
            try (ProxyServlet proxy = new ProxyServlet(
                            (avoid, deadline) -> Optional.of(new UncountedLease(worker)),
                            settings.proxy(),
                            base,
                            new Pages(SecurityHeaders.off()),
                            new InFlightRequests());
                    EmbeddedServer server = EmbeddedServer.start(
                            settings,
                            context -> {
                                ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
                                servlet.setAsyncSupported(true);
                                servlet.addMapping("/*");
                            },
                            () -> {});
                    RawClient client = new RawClient(server.port())) {
                client.send("GET " + sent + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                assertEquals(200, client.readToEnd().status());
                assertEquals(arrives, app.next().target());
            }
        }
    }
}
