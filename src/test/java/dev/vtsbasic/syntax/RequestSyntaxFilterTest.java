package dev.vtsbasic.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as a container without checks of its own hands them over. A semicolon and a space separate their lines. */
class RequestSyntaxFilterTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1; Host: site.example",
                "GET /a%2Fb;c?d=[]|{}^`\"<>\\ HTTP/1.1; Host: site.example:8080",
                "GET /%zz/../b HTTP/1.1; Host: my_service",
                "GET / HTTP/1.1; Host: [::1]:3000",
                "GET / HTTP/1.1; Host: 127.0.0.1:",
                "GET / HTTP/1.0",
                "GET / HTTP/2.0",
                "GET / HTTP/1.9; Host: a",
                "OPTIONS * HTTP/1.1; Host: a",
                "M-SEARCH / HTTP/1.1; Host: a",
                "GET / HTTP/1.1; Host: a; X: a\tb\u00e9\u0080",
                "POST / HTTP/1.1; Host: a; Content-Length: 5",
                "GET / HTTP/1.1; Host: 1.2.3.4:80",
                "GET / HTTP/1.1; Host: web-1",
                "GET / HTTP/1.1; Host: 1.example",
                "GET / HTTP/1.1; Host: 1e3",
                "GET / HTTP/1.1; Host: a.",
                "POST / HTTP/1.1; Host: a; Transfer-Encoding: CHUNKED",
                "POST / HTTP/2.0; Content-Length: 0",
            })
    void aValidRequestPasses(String request) {
        assertEquals(Optional.empty(), RequestSyntax.problemOf(parsed(request)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/0.9; Host: a",
                "GET / ; Host: a",
                "GET / ICY/1.1; Host: a",
                "GET / HTTP/1.10; Host: a",
                "GET / HTTP/9.9; Host: a",
                "G@T / HTTP/1.1; Host: a",
                "GET: / HTTP/1.1; Host: a",
                "G\u0000T / HTTP/1.1; Host: a",
                "\u0016\u0003\u0001 / HTTP/1.1; Host: a",
                "GET malformed HTTP/1.1; Host: a",
                "GET * HTTP/1.1; Host: a",
                "OPTIONS *?a HTTP/1.1; Host: a",
                "GET /a#b HTTP/1.1; Host: a",
                "GET /a?b#c HTTP/1.1; Host: a",
                "GET /a\\b HTTP/1.1; Host: a",
                "GET /a\u0000 HTTP/1.1; Host: a",
                "GET /a?\u007f HTTP/1.1; Host: a",
                "GET /\u00e9 HTTP/1.1; Host: a",
                "GET / HTTP/1.1; Host: a; X: a\u0000b",
                "GET / HTTP/1.1; Host: a; X: a\rb",
                "GET / HTTP/1.1; Host: a; X: a\u007fb",
                "GET / HTTP/1.1; Host: a; X(Y: a",
                "GET / HTTP/1.1; Host: a; X\u0000Y: a",
                "GET / HTTP/1.1; Host: a; X : a",
                "GET / HTTP/1.1",
                "GET / HTTP/1.1; Host: a; Host: a",
                "GET / HTTP/1.1; Host: ",
                "GET / HTTP/1.1; Host: a b",
                "GET / HTTP/1.1; Host: a/b",
                "GET / HTTP/1.1; Host: a,b",
                "GET / HTTP/1.1; Host: user@a",
                "GET / HTTP/1.1; Host: a\\b",
                "GET / HTTP/1.1; Host: a#b",
                "GET / HTTP/1.1; Host: a:99999",
                "GET / HTTP/1.1; Host: a:80:80",
                "GET / HTTP/1.1; Host: a:-1",
                "GET / HTTP/1.1; Host: [::1",
                "GET / HTTP/1.1; Host: [zz]",
                "GET / HTTP/1.1; Host: [:::]",
                "GET / HTTP/1.1; Host: a\u0000b",
                "GET / HTTP/2.0; Host: a\u0000b",
                "GET / HTTP/1.1; Host: 1.2.3.999",
                "GET / HTTP/1.1; Host: 1.2.3.999.:80",
                "GET / HTTP/1.1; Host: 256.1.1.1",
                "GET / HTTP/1.1; Host: a.1",
                "GET / HTTP/1.1; Host: a.0x",
                "GET / HTTP/1.1; Host: 1.2.3.4.5",
                "GET / HTTP/1.1; Host: 010.1.1.1",
                "GET / HTTP/2.0; Host: 1.2.3.999",
                "POST / HTTP/1.1; Host: a; Content-Length: 5; Content-Length: 5",
                "POST / HTTP/1.1; Host: a; Content-Length: 5, 5",
                "POST / HTTP/2.0; Content-Length: 5; Content-Length: 5",
                "POST / HTTP/2.0; Content-Length: 5, 5",
                "POST / HTTP/1.1; Host: a; Content-Length: 5; Content-Length: 6",
                "POST / HTTP/1.1; Host: a; Content-Length: 5, 6",
                "POST / HTTP/1.1; Host: a; Content-Length: +5",
                "POST / HTTP/1.1; Host: a; Content-Length: 9223372036854775808",
                "POST / HTTP/1.1; Host: a; Content-Length: ",
                "POST / HTTP/1.1; Host: a; Content-Length: 5; Transfer-Encoding: chunked",
                "POST / HTTP/1.1; Host: a; Transfer-Encoding: xchunked",
                "POST / HTTP/1.1; Host: a; Transfer-Encoding: chunked, identity",
                "POST / HTTP/1.1; Host: a; Transfer-Encoding: chunked; Transfer-Encoding: chunked",
                "POST / HTTP/1.1; Host: a; Transfer-Encoding: \u000bchunked",
                "POST / HTTP/1.0; Transfer-Encoding: chunked",
                "POST / HTTP/2.0; Transfer-Encoding: chunked",
            })
    void aMalformedRequestIsRefusedWithTheReason(String request) {
        assertTrue(RequestSyntax.problemOf(parsed(request)).isPresent());
    }

    private static HttpServletRequest parsed(String text) {
        String[] lines = text.split("; ", -1);
        String[] words = lines[0].split(" ", -1);
        String[] target = words[1].split("\\?", 2);
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] field = lines[i].split(": ", 2);
            fields.computeIfAbsent(field[0], name -> new ArrayList<>()).add(field[1]);
        }
        return (HttpServletRequest) Proxy.newProxyInstance(
                RequestSyntaxFilterTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getMethod" -> words[0];
                    case "getProtocol" -> words[2];
                    case "getRequestURI" -> target[0];
                    case "getQueryString" -> target.length == 1 ? null : target[1];
                    case "getServerName" ->
                        fields.getOrDefault("", List.of("localhost")).get(0);
                    case "getServerPort" ->
                        Integer.parseInt(fields.getOrDefault("", List.of("localhost", "80")).stream()
                                .skip(1)
                                .findFirst()
                                .orElse("80"));
                    case "getHeaderNames" -> Collections.enumeration(fields.keySet());
                    case "getHeaders" -> Collections.enumeration(fields.getOrDefault(arguments[0], List.of()));
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
