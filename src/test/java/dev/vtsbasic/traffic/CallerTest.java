package dev.vtsbasic.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** The proxy that is asked from is always 127.0.0.1. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "127.0.0.1             | -                                    | 127.0.0.1",
                "127.0.0.1             | 192.0.2.7                            | 192.0.2.7",
                "127.0.0.1             | 203.0.113.9, 192.0.2.7               | 192.0.2.7",
                "127.0.0.1,10.0.0.0/8  | 203.0.113.9, 192.0.2.7,10.1.1.1 ,10.2.2.2 | 192.0.2.7",
                "127.0.0.1,10.0.0.0/8  | 10.1.1.1, 10.2.2.2                   | 10.1.1.1",
                "127.0.0.1             | 2001:db8::7                          | 2001:db8::7",
                "127.0.0.1             | nobody                               | 127.0.0.1",
                "127.0.0.1             | localhost                            | 127.0.0.1",
                "127.0.0.1             | fe80::7%eth0                         | fe80::7%eth0",
                "127.0.0.1             | '192.0.2.7%0 - - [x] \"GET'          | 127.0.0.1",
                "127.0.0.1             | 203.0.113.9,                         | 203.0.113.9",
                "127.0.0.1             | 192.0.2.7:4711                       | 192.0.2.7",
                "127.0.0.1,fd00::/8    | [2001:db8::7]:4711, [fd00::1]        | 2001:db8::7",
                "127.0.0.1,10.0.0.0/8  | 192.0.2.7, nobody, 10.1.1.1          | 10.1.1.1",
                "10.0.0.0/8            | 192.0.2.7                            | 127.0.0.1",
                "''                    | 192.0.2.7                            | 127.0.0.1",
            })
    void theClientIsTheLastAddressThatNoTrustedProxyHas(String trusted, String forwardedFor, String client)
            throws Exception {
        String answer = forwardedFor == null ? ask(trusted) : ask(trusted, "X-Forwarded-For: " + forwardedFor);
        assertEquals(client, answer.split(" ")[0]);
    }

    @Test
    void severalLinesAreOneList() throws Exception {
        assertEquals(
                "192.0.2.7",
                ask("127.0.0.1", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 192.0.2.7")
                        .split(" ")[0]);
    }

    @Test
    void onlyATrustedProxyNamesTheRequestButAnybodyContinuesATrace() throws Exception {
        assertEquals("abc-1", ask("127.0.0.1", "X-Request-Id: abc-1").split(" ")[1]);
        String own = ask("", "X-Request-Id: abc-1", "traceparent: " + TRACE).split(" ")[1];
        assertTrue(own.matches("[0-9a-f]{32}"), own);
        assertEquals(TRACE, ask("", "traceparent: " + TRACE).split(" ")[2]);
        assertNotEquals(
                TRACE, ask("", "traceparent: " + TRACE.replace('0', 'x')).split(" ")[2]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Accept: */*                 | 127.0.0.1 | true",
                "Accept: */*                 | ::1       | true",
                "X-Forwarded-For:            | 127.0.0.1 | false",
                "X-Forwarded-For: 127.0.0.1  | 127.0.0.1 | false",
                "Forwarded: for=127.0.0.1    | 127.0.0.1 | false",
                // The container has made up the address out of X-Forwarded-For: the connection was made elsewhere.
                "Accept: */*                 | 10.0.0.5  | false",
            })
    void whoAsksOnThisMachineIsToldFromOthers(String header, String localAddress, boolean here) throws Exception {
        HttpServlet teller = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                HttpServletRequest seen = new HttpServletRequestWrapper(request) {
                    @Override
                    public String getLocalAddr() {
                        return localAddress;
                    }
                };
                response.getWriter().print(Caller.isOfThisMachine(seen));
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            assertEquals(Boolean.toString(here), server.request("GET /", header).body());
        }
    }

    private static String ask(String trusted, String... headers) throws Exception {
        List<IpNetwork> proxies =
                TestSettings.of("vts.trusted-proxies", trusted).trustedProxies();
        HttpServlet teller = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                Caller caller = Caller.of(request, proxies);
                response.getOutputStream()
                        .print(caller.address() + " " + caller.requestId() + " " + caller.traceparent());
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            return server.request("GET /", headers).body();
        }
    }
}
