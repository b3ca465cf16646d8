package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.matrix.ServerFeature;
import dev.vtsbasic.testing.matrix.ServerFeature.Shows;
import dev.vtsbasic.testing.server.Program;
import java.net.http.HttpResponse;
import java.util.List;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Copies of the WAR that are deployed, managed over JMX, deployed again and stopped. */
abstract class DeploymentCases extends ServerScene {
    private static final int REDEPLOYMENTS = LongSet.count(3, 5);

    @Test
    @Shows(ServerFeature.CONTEXT)
    void theSiteIsServedAtAContextPath() throws Exception {
        HttpResponse<String> page = get(OTHER + "/");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("</html>"), page.body());
        assertEquals(200, get(script(OTHER)).statusCode());
        assertEquals(200, get(OTHER + "/about").statusCode());
        assertEquals(404, get(OTHER + "/nothing-here").statusCode());
        assertEquals("/test/url/x?y=%20", get(OTHER + "/test/url/x?y=%20").body());
    }

    @Test
    @Shows(ServerFeature.TWO_COPIES)
    void twoCopiesHaveABunEach() throws Exception {
        assertNotEquals(bunOf(""), bunOf(OTHER));
        awaitTwoBuns();
    }

    @Test
    @Shows(ServerFeature.JMX)
    void eachCopyIsSeenAndRestartedByJmx() throws Exception {
        int port = Ports.free();
        server.jcmd(
                "ManagementAgent.start",
                "jmxremote.host=127.0.0.1",
                "jmxremote.port=" + port,
                "jmxremote.rmi.port=" + port,
                "jmxremote.authenticate=false",
                "jmxremote.ssl=false");
        JMXServiceURL address = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
        try (JMXConnector connector = JMXConnectorFactory.connect(address)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            for (String context : List.of("/", OTHER)) {
                ObjectName name = beans.queryNames(
                                new ObjectName("dev.vtsbasic:type=Host,context=" + ObjectName.quote(context) + ",*"),
                                null)
                        .iterator()
                        .next();
                assertEquals(true, beans.getAttribute(name, "Ready"));
                CompositeData[] workers = (CompositeData[]) beans.getAttribute(name, "Workers");
                assertEquals(1, workers.length);
                long before = bunOf(context.equals("/") ? "" : context);
                assertEquals("READY", workers[0].get("state"));
                assertEquals(before, workers[0].get("pid"));
                beans.invoke(name, "drain", null, null);
                assertEquals("DRAINING", beans.getAttribute(name, "Phase"));
                assertEquals(
                        503,
                        get((context.equals("/") ? "" : context) + "/-/ready").statusCode());
                assertEquals(false, beans.getAttribute(name, "Ready"));
                assertEquals(true, beans.invoke(name, "resume", null, null));
                assertEquals(true, beans.getAttribute(name, "Ready"));
                assertEquals(true, beans.invoke(name, "restart", null, null));
                await("another Bun", () -> bunOf(context.equals("/") ? "" : context) != before);
            }
        } finally {
            server.jcmd("ManagementAgent.stop");
        }
    }

    /** Runs near the end, because it stops the copy that the other cases use. */
    @Test
    @Order(Integer.MAX_VALUE - 2)
    @Shows(ServerFeature.REDEPLOY)
    @Tag("smoke")
    void aRedeploymentLeavesNoProcessAndNoThread() throws Exception {
        awaitTwoBuns();
        long threads = threads();
        for (int i = 1; i <= REDEPLOYMENTS; i++) {
            long before = bunOf(OTHER);
            server.undeploy(OTHER);
            await("the end of Bun", () -> ProcessHandle.of(before).isEmpty());
            await("the end of the application", () -> bunOf(OTHER) == bunOf(""));
            server.deploy(OTHER);
            awaitDeployed(OTHER);
        }
        assertEquals(200, get("/about").statusCode());
        awaitTwoBuns();
        await("the threads of two copies, " + threads, () -> threads() <= threads);
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    @Shows(ServerFeature.CLASS_LOADERS)
    void aRedeploymentLeavesNoClassLoader() throws Exception {
        // Two copies are in use, and idle server threads may still refer to two earlier ones; a leak would keep all
        // five.
        await("the class loaders of two copies", () -> {
            useAllThreads();
            return classLoaders() <= 4;
        });
    }

    @Test
    @Order(Integer.MAX_VALUE)
    @Shows(ServerFeature.STOP)
    @Tag("smoke")
    void aStopLeavesNoProcess() throws Exception {
        awaitTwoBuns();
        List<ProcessHandle> buns = server.buns();
        server.terminate();
        server.awaitExit();
        for (ProcessHandle bun : buns) {
            assertTrue(Program.endsSoon(bun), "Bun is still running");
        }
    }
}
