package dev.vtsbasic.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.TestServer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormPostTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Accept: */*                                                    | true",
                "Sec-Fetch-Site: same-origin                                    | true",
                "Sec-Fetch-Site: cross-site                                     | false",
                "Sec-Fetch-Site: same-origin; Sec-Fetch-Site: cross-site        | false",
                "Sec-Fetch-Site:                                                | false",
                "Origin: http://example.org                                     | true",
                "Origin: http://evil.example                                    | false",
                "Origin: http://example.org; Origin: http://evil.example        | false",
                "Origin:                                                        | false",
                "Origin: http://a.example; X-Forwarded-Host: a.example          | true",
                "Origin: http://a.example; X-Forwarded-Host: a.example; X-Forwarded-Host: b | false",
            })
    void aFormPostIsSameOriginWhenAllOriginFieldsAre(String fields, boolean here) throws Exception {
        HttpServlet teller = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().print(FormPost.of(request).sameSite());
            }
        };
        try (TestServer server =
                TestServer.start(context -> context.addServlet("teller", teller).addMapping("/*"))) {
            assertEquals(
                    Boolean.toString(here),
                    server.request("GET /", fields.split("; ")).body());
        }
    }
}
