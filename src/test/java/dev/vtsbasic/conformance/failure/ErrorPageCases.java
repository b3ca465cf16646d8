package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The proxy's own responses when the server fails. */
public final class ErrorPageCases {
    private ErrorPageCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(ours("a failure is a page for a browser", "ours", scene -> {
            Message page = failed(scene, "Accept: text/html,*/*;q=0.8");
            Check.that(
                    page.head().joined("Content-Type").startsWith("text/html"),
                    page.head().joined("Content-Type"));
            Check.that(page.body().length() < 4096, "long");
        }));
        cases.add(ours("a failure is JSON for a program", "ours", scene -> {
            Message page = failed(scene, "Accept: application/json");
            Check.that(
                    page.head().joined("Content-Type").startsWith("application/problem+json"),
                    page.head().joined("Content-Type"));
            Check.that(page.body().startsWith("{") && page.body().strip().endsWith("}"), page.body());
        }));
        cases.add(ours("a failure names the request id that the server got", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            String id = server.request().head().joined("X-Request-Id");
            server.close();
            Message page = client.response();
            Check.that(!id.isEmpty() && page.body().contains(id), "id " + id + " is not in " + Text.quote(page.body()));
        }));
        cases.add(should("a failure shows no internals", "CWE-209", scene -> {
            String page = failed(scene, "Accept: text/html").body().toLowerCase(Locale.ROOT);
            for (String word : List.of("exception", "127.0.0.1", "java", "apache", "tomcat", " at ")) {
                Check.that(!page.contains(word), "it says " + word);
            }
        }));
        cases.add(ours(
                "a failure is not cached",
                "RFC 9111 §5.2.2.5",
                scene -> Check.that(
                        failed(scene, "Accept: text/html")
                                .head()
                                .joined("Cache-Control")
                                .contains("no-store"),
                        "no Cache-Control: no-store")));
        cases.add(must("a failure of HEAD has no body", "RFC 9110 §9.3.2", scene -> {
            scene.stopListening();
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Check.that(client.response("HEAD").status() >= 500, "no failure");
            String rest = client.isSilentFor(millis(100)) ? "" : client.rest();
            Check.equal("what follows", "", rest);
        }));
        return cases;
    }

    private static Message failed(Scene scene, String accept) throws Exception {
        Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 0", accept));
        Wire server = scene.server();
        server.request();
        server.close();
        Message page = client.response();
        Check.status(502, page);
        return page;
    }
}
