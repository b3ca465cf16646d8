package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.server.Vts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagementPortIT {
    private static final String TOKEN = "Authorization: Bearer secret";

    private static RawResponse ask(int port, String line, String... headers) throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers)
                    + (headers.length > 0 ? "\r\n" : "") + "Content-Length: 0\r\nConnection: close\r\n\r\n");
            return client.readToEnd();
        }
    }

    @Test
    void onlyTheManagementPortServesManagementAndBothPortsServeLiveAndReady() throws Exception {
        int own = Ports.free();
        String port = Integer.toString(own);
        Map<String, String> environment =
                Map.of("VTS_MANAGEMENT_PORT", port, "VTS_MANAGEMENT_TOKEN", "secret", "VTS_CONTEXT_PATH", "/shop");
        try (Vts vts = Vts.serve(environment)) {
            assertTrue(vts.output().contains("http://127.0.0.1:" + own + "/shop/-/"), vts.output());
            int open = vts.uri().getPort();
            for (String path : List.of("/shop/-/live", "/shop/-/ready")) {
                assertEquals(200, ask(open, "GET " + path).status());
                assertEquals(200, ask(own, "GET " + path).status());
            }
            assertEquals(200, ask(own, "GET /shop/-/metrics").status());
            assertEquals(200, ask(own, "GET /shop/-/status").status());
            for (String line : List.of(
                    "GET /shop/-/metrics",
                    "GET /shop/%2d/metrics",
                    "GET /shop/-/status",
                    "GET /shop/-/status/status.js",
                    "POST /shop/-/status/sign-in",
                    "GET /shop/-/ready/",
                    "GET /shop/-/x/../metrics",
                    "POST /shop/-/restart",
                    "POST /shop/-/drain")) {
                assertEquals(404, ask(open, line, TOKEN).status(), line);
            }
            assertEquals(200, ask(open, "GET /shop/about").status());
            for (String line : List.of("GET /shop/about", "GET /shop/favicon.ico", "GET /shop/", "POST /shop/about")) {
                assertEquals(404, ask(own, line, TOKEN).status(), line);
            }

            assertEquals(200, ask(own, "POST /shop/-/drain", TOKEN).status());
            assertEquals(503, ask(open, "GET /shop/-/ready").status());
            assertEquals(200, ask(own, "POST /shop/-/resume", TOKEN).status());
            Map<String, String> same = Map.of(
                    "VTS_PORT", Integer.toString(open), "VTS_MANAGEMENT_PORT", port, "VTS_CONTEXT_PATH", "/shop");
            try (Vts healthcheck = Vts.launch(same, "healthcheck")) {
                assertEquals(0, healthcheck.awaitExit(), healthcheck.output());
            }
            try (Vts restart = Vts.launch(same, "restart")) {
                assertEquals(0, restart.awaitExit(), restart.output());
            }
            vts.awaitLine("a restart was asked for");
            vts.terminate();
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    @Test
    void aTakenManagementPortIsNamedInTheError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            try (Vts vts = Vts.launch(Map.of("VTS_MANAGEMENT_PORT", port))) {
                assertEquals(2, vts.awaitExit(), vts.output());
                assertTrue(vts.output().contains("Cannot listen on 127.0.0.1 port " + port), vts.output());
                assertTrue(vts.output().contains("set VTS_MANAGEMENT_PORT to another"), vts.output());
            }
        }
    }
}
