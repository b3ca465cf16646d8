package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.RawResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which requests are for the same resource. */
class SharedCacheKeyTest extends SharedCacheScene {
    @Test
    void targetsThatDifferInOneByteAreDifferentResources() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        List<String> targets =
                List.of("/a/b", "/a%2Fb", "/a%2fb", "//a/b", "/a/./b", "/c/../a/b", "/a/b/", "/a/b?", "/a/b?x", "/A/b");
        List<String> bodies = new ArrayList<>();
        for (String target : targets) {
            bodies.add(get(target).body());
        }
        assertEquals(targets.size(), asked.get());
        for (int i = 0; i < targets.size(); i++) {
            assertEquals(bodies.get(i), get(targets.get(i)).body(), targets.get(i));
        }
        assertEquals(targets.size(), asked.get());
    }

    @Test
    void aResponseForATargetThatIsNoUriIsStored() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        for (String target : List.of("/[id]|x", "/a?b={}|^`\"<>", "/a?b=%zz")) {
            RawResponse response = get(target);
            assertEquals(200, response.status(), response.text());
            assertEquals(response.body(), get(target).body(), target);
        }
    }

    @Test
    void schemeHostPortAndPrefixSelectTheResource() throws Exception {
        start(numbered("Cache-Control: s-maxage=60"), "vts.trusted-proxies", "127.0.0.0/8");
        List<String> origins = List.of(
                "X-A: none",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: other.example",
                "X-Forwarded-Port: 444",
                "X-Forwarded-Prefix: /shop");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < origins.size(); i++) {
                assertEquals("" + (i + 1), get("/a", origins.get(i)).body(), origins.get(i));
            }
        }
        assertEquals(
                "6",
                server.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .body());
    }

    @Test
    void aForwardedHostOfAnUntrustedClientDoesNotReachOtherClients() throws Exception {
        start((request, out) -> {
            write(out, response("Cache-Control: s-maxage=60", request.headers("X-Forwarded-Host") + ""));
            return true;
        });
        assertEquals(
                "[example.org]", get("/a", "X-Forwarded-Host: evil.example").body());
        assertEquals("[example.org]", get("/a").body());
    }
}
