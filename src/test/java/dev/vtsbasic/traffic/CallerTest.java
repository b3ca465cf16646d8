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

    /** The requests come from 127.0.0.1, which is the address of the last proxy. */
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

    /** RFC 7239: the same from the Forwarded field. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "127.0.0.1            | for=192.0.2.7                                         | 192.0.2.7",
                "127.0.0.1            | For=\"[2001:DB8:0:0::7]:4711\"                        | 2001:db8::7",
                "127.0.0.1            | for=\"192.0.2.7:_port\";by=_me                        | 192.0.2.7",
                "127.0.0.1            | for=192.0.2.7:4711                                    | 192.0.2.7",
                "127.0.0.1            | for=203.0.113.9, for=192.0.2.7                        | 192.0.2.7",
                "127.0.0.1,10.0.0.0/8 | for=203.0.113.9,for=192.0.2.7;proto=http , for=10.1.1.1 | 192.0.2.7",
                "127.0.0.1            | for=unknown                                           | 127.0.0.1",
                "127.0.0.1            | for=_hidden                                           | 127.0.0.1",
                "127.0.0.1,10.0.0.0/8 | for=192.0.2.7, for=_hidden, for=10.1.1.1              | 10.1.1.1",
                "127.0.0.1            | for=\"\\1\\92.0.2.7\"                                 | 192.0.2.7",
                "127.0.0.1            | ;;for=192.0.2.7;;,,                                   | 192.0.2.7",
                "127.0.0.1            | host=\"a,for=203.0.113.9\";for=192.0.2.7              | 192.0.2.7",
                "127.0.0.1            | for=\"192.0.2.7                                       | 127.0.0.1",
                "127.0.0.1            | for=\"x, for=192.0.2.7                                | 127.0.0.1",
                "127.0.0.1            | for=192.0.2.7;for=192.0.2.8                           | 127.0.0.1",
                "127.0.0.1            | for = 192.0.2.7                                       | 127.0.0.1",
                "127.0.0.1            | for=\"192.0.2.7\\                                     | 127.0.0.1",
                "127.0.0.1            | 192.0.2.7                                             | 127.0.0.1",
                "10.0.0.0/8           | for=192.0.2.7                                         | 127.0.0.1",
            })
    void forwardedAloneNamesTheClient(String trusted, String forwarded, String client) throws Exception {
        assertEquals(client, ask(trusted, "Forwarded: " + forwarded).split(" ")[0]);
    }

    @Test
    void anUnclosedQuoteInAClientsForwardedLineDoesNotHideTheProxysLine() throws Exception {
        assertEquals(
                "192.0.2.7",
                ask("127.0.0.1", "Forwarded: for=\"", "Forwarded: for=192.0.2.7")
                        .split(" ")[0]);
    }

    @Test
    void aLongForwardedFieldDoesNotOverflowTheStack() throws Exception {
        String field = "Forwarded: host=\"" + "\\a".repeat(7000) + "\";for=192.0.2.7";
        assertEquals("192.0.2.7", ask("127.0.0.1", field).split(" ")[0]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // A value that the server does not understand counts as absent.
                "Accept: */*                                       | http  example.org      80",
                "X-Forwarded-Proto: https                          | https example.org      443",
                "X-Forwarded-Proto: HTTPS                          | https example.org      443",
                "X-Forwarded-Proto: wss                            | https example.org      443",
                "X-Forwarded-Proto: Ws                             | http  example.org      80",
                "X-Forwarded-Proto: https,http                     | https example.org      443",
                "X-Forwarded-Proto: https, https                   | https example.org      443",
                "X-Forwarded-Proto: gopher                         | http  example.org      80",
                "X-Forwarded-Proto: https; X-Forwarded-Port: 8443  | https example.org      8443",
                "X-Forwarded-Proto: https; X-Forwarded-Port: 99999 | https example.org      443",
                "X-Forwarded-Proto: https; X-Forwarded-Port: 0     | https example.org      443",
                "X-Forwarded-Port: 444, 80                         | http  example.org      444",
                "X-Forwarded-Host: shop.example                    | http  shop.example     80",
                "X-Forwarded-Host: shop.example:8443               | http  shop.example:8443 8443",
                "X-Forwarded-Host: [2001:db8::1]:81                | http  [2001:db8::1]:81 81",
                "X-Forwarded-Host: my_app, inner                   | http  my_app           80",
                "X-Forwarded-Host: shop.example/admin?             | http  example.org      80",
                "X-Forwarded-Host: user@evil.example               | http  example.org      80",
                "X-Forwarded-Host: a\\b                            | http  example.org      80",
                "X-Forwarded-Host: a#                              | http  example.org      80",
                "X-Forwarded-Host: a:99999                         | http  example.org      80",
                "X-Forwarded-Host: [::1                            | http  example.org      80",
                // The element of the outermost trusted proxy counts; the first one does when the lists differ in
                // length.
                "X-Forwarded-For: 9.9.9.9, 192.0.2.7; X-Forwarded-Proto: http, https           | https example.org 443",
                "X-Forwarded-For: 192.0.2.7, 10.1.1.1; X-Forwarded-Proto: https, http          | https example.org 443",
                "X-Forwarded-For: 9.9.9.9, unknown, 10.1.1.1; X-Forwarded-Host: a, b, c        | http  b           80",
                "X-Forwarded-For: 9.9.9.9, 192.0.2.7; X-Forwarded-Host: a, b, c                | http  a           80",
                "X-Forwarded-For: 9.9.9.9, 192.0.2.7; X-Forwarded-Port: 1, 2                   | http  example.org 2",
                "Forwarded: for=192.0.2.7;proto=HTTPS                                          | https example.org 443",
                "Forwarded: for=_x;host=\"shop.example:8443\";proto=https                      | https shop.example:8443 8443",
                "Forwarded: proto=http;host=evil, for=192.0.2.7;proto=https                    | https example.org 443",
                "Forwarded: for=192.0.2.7;proto=https;host=a, for=10.1.1.1;proto=http;host=b   | https a           443",
                "Forwarded: host=\"shop.example/admin?\"                                       | http  example.org 80",
                // A proxy that sets only X-Forwarded fields passes on the client's Forwarded field.
                "X-Forwarded-For: 192.0.2.7; Forwarded: host=evil                              | http  example.org 80",
                "X-Forwarded-Proto: http; Forwarded: proto=https                               | http  example.org 80",
            })
    void theOriginIsWhatTheOutermostTrustedProxyHasSeen(String fields, String origin) throws Exception {
        String[] lines =
                fields.contains("Forwarded: ") && !fields.contains("X-") ? new String[] {fields} : fields.split("; ");
        assertEquals(origin.replaceAll(" +", " "), origin(ask("127.0.0.1,10.0.0.0/8", lines)));
        assertEquals("http example.org 80", origin(ask("", lines)));
    }

    private static String origin(String answer) {
        return answer.split(" ", 4)[3];
    }

    /** In HTTP/2, a container reports the scheme that the client sends ({@code :scheme}). */
    @ParameterizedTest
    @CsvSource({
        "HTTP/2.0, https, '', http example.org 80",
        "HTTP/2.0, http, TLS_AES_128_GCM_SHA256, https example.org 443",
        "HTTP/2.0, https, TLS_AES_128_GCM_SHA256, https example.org 443",
        "HTTP/2.0, gopher, '', http example.org 80",
        "HTTP/1.1, https, '', https example.org 443"
    })
    void theSchemeIsTheConnectionsAndNotTheClients(String protocol, String scheme, String cipherSuite, String origin)
            throws Exception {
        HttpServlet teller = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                HttpServletRequest seen = new HttpServletRequestWrapper(request) {
                    @Override
                    public String getProtocol() {
                        return protocol;
                    }

                    @Override
                    public String getScheme() {
                        return scheme;
                    }

                    @Override
                    public boolean isSecure() {
                        return scheme.equals("https");
                    }

                    @Override
                    public int getServerPort() {
                        return isSecure() ? 443 : 80;
                    }
                };
                if (!cipherSuite.isEmpty()) {
                    seen.setAttribute("jakarta.servlet.request.cipher_suite", cipherSuite);
                }
                response.getWriter().print(told(PublicOrigin.of(seen)));
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            assertEquals(origin, server.request("GET /").body());
        }
    }

    private static String told(PublicOrigin origin) {
        return origin.scheme() + " " + origin.host() + " " + origin.port();
    }

    @Test
    void anAddressOfIpv6IsWrittenShort() throws Exception {
        assertEquals("::1", ask("127.0.0.1", "X-Forwarded-For: 0:0:0:0:0:0:0:1").split(" ")[0]);
    }

    @Test
    void severalForwardedForLinesAreReadAsOneList() throws Exception {
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

    /** Readers differ in which of several values they use; W3C Trace Context §3.4 begins a new trace. */
    @Test
    void repeatedRequestIdOrTraceparentFieldsAreIgnored() throws Exception {
        String[] ids =
                ask("127.0.0.1", "X-Request-Id: abc-1", "X-Request-Id: abc-2").split(" ");
        assertTrue(ids[1].matches("[0-9a-f]{32}"), ids[1]);
        String[] traces = ask("", "traceparent: " + TRACE, "traceparent: " + TRACE.replace('4', '5'))
                .split(" ");
        assertNotEquals(TRACE, traces[2]);
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
                // The container took the client's address from X-Forwarded-For; the connection came from another
                // machine.
                "Accept: */*                 | 10.0.0.5  | false",
            })
    void aLocalRequestIsDistinguishedFromARemoteOne(String header, String localAddress, boolean here) throws Exception {
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
                response.getWriter().print(Caller.isLocalAndUnforwarded(seen));
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            assertEquals(Boolean.toString(here), server.request("GET /", header).body());
        }
    }

    private static String ask(String trusted, String... headers) throws Exception {
        List<IpNetwork> proxies =
                TestSettings.of("vts.trusted-proxies", trusted).proxy().trustedProxies();
        HttpServlet teller = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                Caller caller = Caller.of(request, proxies);
                response.getOutputStream()
                        .print(caller.address() + " " + caller.requestId() + " " + caller.traceparent() + " "
                                + told(caller.origin()));
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            return server.request("GET /", headers).body();
        }
    }
}
