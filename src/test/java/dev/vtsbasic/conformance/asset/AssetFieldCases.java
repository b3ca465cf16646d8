package dev.vtsbasic.conformance.asset;

import static dev.vtsbasic.conformance.asset.AssetSite.EMPTY;
import static dev.vtsbasic.conformance.asset.AssetSite.LARGE;
import static dev.vtsbasic.conformance.asset.AssetSite.SCRIPT;
import static dev.vtsbasic.conformance.asset.AssetSite.TEN;
import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Methods, the header fields of every response, and spellings of an asset's path. */
final class AssetFieldCases {
    private static final List<String> UNKNOWN = List.of("get", "FROBNICATE");

    private AssetFieldCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        methods(cases);
        types(cases);
        fields(cases);
        paths(cases);
        return cases;
    }

    private static void methods(List<Case> cases) {
        for (String path : List.of(TEN, EMPTY, SCRIPT, LARGE)) {
            cases.add(must("HEAD of " + path + " has the fields of GET", "RFC 9110 §9.3.2", sameHead(path)));
        }
        for (String method :
                List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "QUERY", "get", "FROBNICATE")) {
            cases.add(must(method + " is refused", "RFC 9110 §15.5.6", scene -> {
                int status = refused(scene, method).status();
                Check.that(status == 405 || status == 501 || status == 400, "status " + status);
            }));
            Case.Script answered = scene -> {
                Message response = refused(scene, method);
                Check.status(405, response);
                Check.equal("Allow", "GET, HEAD", response.head().joined("Allow"));
            };
            String name = method + " is answered 405 with Allow";
            cases.add(
                    UNKNOWN.contains(method)
                            ? ours(name, "RFC 9110 §15.6.2 has 501 as well", answered)
                            : must(name, "RFC 9110 §15.5.6", answered));
        }
        cases.add(must("a condition does not make 405 a 304 or a 412", "RFC 9110 §13.2.1", scene -> {
            Message response = AssetCheck.ask(
                    scene, "DELETE " + TEN, "If-None-Match: *", "If-Match: \"other\"", "Content-Length: 0");
            Check.status(405, response);
        }));
        cases.add(should(
                "GET with a body is answered, and the next request is understood", "RFC 9110 §9.3.1", scene -> {
                    Message response =
                            AssetCheck.ask(scene, "GET " + TEN, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0");
                    Check.equal("body", AssetSite.content(TEN), response.body());
                }));
        cases.add(should("POST with a body is refused, and the next request is understood", "RFC 9112 §9.3", scene -> {
            Message response = AssetCheck.ask(scene, "POST " + TEN, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0");
            Check.status(405, response);
        }));
        cases.add(open("304", AssetCheck.leavesOpen(304, "GET " + SCRIPT, "If-None-Match: *")));
        cases.add(open("206", AssetCheck.leavesOpen(206, "GET " + LARGE, "Range: bytes=5-100000")));
        cases.add(open("206 with parts", AssetCheck.leavesOpen(206, "GET " + LARGE, "Range: bytes=5-100000,-10")));
        cases.add(open("404", AssetCheck.leavesOpen(404, "GET /assets/gone.js")));
        cases.add(open("405", AssetCheck.leavesOpen(405, "DELETE " + SCRIPT)));
        cases.add(open("412", AssetCheck.leavesOpen(412, "GET " + SCRIPT, "If-Match: \"other\"")));
        cases.add(open("412 of HEAD", AssetCheck.leavesOpen(412, "HEAD " + SCRIPT, "If-Match: \"other\"")));
        cases.add(open("416", AssetCheck.leavesOpen(416, "GET " + LARGE, "Range: bytes=3000000-")));
        cases.add(should("requests sent at once are answered in their order", "RFC 9112 §9.3.2", scene -> {
            Wire client = scene.client();
            client.send(Scene.request("GET " + TEN)
                    + Scene.request("HEAD " + LARGE)
                    + Scene.request("GET " + LARGE, "Range: bytes=0-99999")
                    + Scene.request("GET " + TEN, "If-None-Match: *")
                    + Scene.request("GET " + EMPTY)
                    + Scene.request("GET " + TEN, "Range: bytes=-1"));
            Check.equal("body", AssetSite.content(TEN), client.response().body());
            Check.status(200, client.response("HEAD"));
            Check.equal(
                    "body",
                    AssetSite.content(LARGE).substring(0, 100000),
                    client.response().body());
            Check.status(304, client.response());
            Check.status(200, client.response());
            Check.equal("body", "9", client.response().body());
        }));
        cases.add(should("a client of HTTP/1.0 is answered", "RFC 9110 §2.5", scene -> {
            Wire client = scene.client();
            client.send("GET " + LARGE + " HTTP/1.0\r\n\r\n");
            Message response = client.response();
            Check.that(response.body().equals(AssetSite.content(LARGE)), "another body");
            Check.that(response.complete(), "cut");
        }));
    }

    private static Case open(String response, Case.Script script) {
        return should("after " + response + " the connection serves on", "RFC 9112 §9.3", script);
    }

    private static Message refused(Scene scene, String method) throws Exception {
        Wire client = scene.client();
        client.send(Scene.request(method + " " + TEN, "Content-Length: 0"));
        return client.response(method);
    }

    /** HEAD and GET must differ only in the body. */
    static Case.Script sameHead(String path, String... fields) {
        return scene -> {
            Message get = AssetCheck.get(scene, path, fields);
            Message head = AssetCheck.ask(scene, "HEAD " + path, fields);
            Check.equal("status line", get.head().startLine(), head.head().startLine());
            Check.equal("fields", withoutDate(get.head()), withoutDate(head.head()));
        };
    }

    private static List<Head.Field> withoutDate(Head head) {
        return head.fields().stream()
                .filter(field -> !field.name().equalsIgnoreCase("Date"))
                .toList();
    }

    private static void types(List<Case> cases) {
        for (String[] type : new String[][] {
            {"/page.html", "text/html; charset=utf-8"},
            {"/style.css", "text/css; charset=utf-8"},
            {"/small.js", "text/javascript; charset=utf-8"},
            {"/module.mjs", "text/javascript; charset=utf-8"},
            {TEN, "text/plain; charset=utf-8"},
            {"/data.json", "application/json"},
            {"/app.webmanifest", "application/manifest+json"},
            {"/logo.svg", "image/svg+xml"},
            {"/logo.png", "image/png"},
            {"/photo.jpg", "image/jpeg"},
            {"/photo.avif", "image/avif"},
            {"/photo.webp", "image/webp"},
            {"/font.woff2", "font/woff2"},
            {"/module.wasm", "application/wasm"},
            {"/book.pdf", "application/pdf"},
            {"/sound.mp3", "audio/mpeg"},
            {LARGE, "video/mp4"},
            {"/file.unheard-of", "application/octet-stream"},
            {"/LICENSE", "application/octet-stream"}
        }) {
            cases.add(should(type[0] + " is " + type[1], "IANA media types", scene -> {
                Head head = AssetCheck.get(scene, type[0]).head();
                Check.equal("Content-Type", type[1].replace("; ", ";"), AssetCheck.type(head));
            }));
        }
    }

    private static void fields(List<Case> cases) {
        for (String path : List.of(TEN, SCRIPT, LARGE)) {
            cases.add(should(
                    "browsers do not guess the type of " + path,
                    "WHATWG Fetch, nosniff",
                    scene -> Check.equal(
                            "X-Content-Type-Options",
                            "nosniff",
                            AssetCheck.get(scene, path).head().joined("X-Content-Type-Options"))));
        }
        cases.add(should(
                "a file with a hash in its name is immutable",
                "RFC 8246",
                scene -> Check.equal(
                        "Cache-Control",
                        "public, max-age=31536000, immutable",
                        AssetCheck.get(scene, SCRIPT).head().joined("Cache-Control"))));
        for (String path : List.of(TEN, "/sw.js", "/app.webmanifest")) {
            cases.add(should(
                    path + " is revalidated each time",
                    "RFC 9111 §5.2.2.4",
                    scene -> Check.equal(
                            "Cache-Control",
                            "no-cache",
                            AssetCheck.get(scene, path).head().joined("Cache-Control"))));
        }
        cases.add(should(
                "Accept-Ranges says that there are ranges",
                "RFC 9110 §14.3",
                scene -> Check.equal(
                        "Accept-Ranges",
                        "bytes",
                        AssetCheck.get(scene, TEN).head().joined("Accept-Ranges"))));
        cases.add(must("Last-Modified does not lie ahead of Date", "RFC 9110 §8.8.2.1", scene -> {
            Head head = AssetCheck.get(scene, TEN).head();
            Check.that(!date(head, "Last-Modified").isAfter(date(head, "Date")), "it does");
        }));
        cases.add(should("an empty file is 200 with Content-Length 0", "RFC 9110 §8.6", scene -> {
            Message response = AssetCheck.get(scene, EMPTY);
            Check.status(200, response);
            Check.equal("Content-Length", "0", response.head().joined("Content-Length"));
        }));
        cases.add(must("304 has no length but the whole's", "RFC 9110 §8.6", scene -> {
            String length =
                    AssetCheck.get(scene, TEN, "If-None-Match: *").head().joined("Content-Length");
            Check.that(length.isEmpty() || length.equals("10"), length);
        }));
        cases.add(ours(
                "a 404 under /assets is plain text, and is not stored", "ours: the next build may have it", scene -> {
                    Message response = AssetCheck.get(scene, "/assets/gone.js");
                    Check.status(404, response);
                    Check.equal("Cache-Control", "no-store", response.head().joined("Cache-Control"));
                    Check.that(response.head().joined("Content-Type").startsWith("text/plain"), "Content-Type");
                }));
        for (String path : List.of(TEN, SCRIPT, LARGE)) {
            cases.add(must(
                    "the content of " + path + " is that of the file",
                    "RFC 9110 §9.3.1",
                    scene -> Check.that(
                            AssetCheck.get(scene, path).body().equals(AssetSite.content(path)), "it is not")));
        }
    }

    private static ZonedDateTime date(Head head, String name) {
        return ZonedDateTime.parse(head.joined(name), DateTimeFormatter.RFC_1123_DATE_TIME);
    }

    private static void paths(List<Case> cases) {
        for (String[] spelled : new String[][] {
            {TEN + "?v=1", TEN},
            {TEN + "?", TEN},
            {TEN + "?/../secret", TEN},
            {"/with%20space.txt", "/with space.txt"},
            {"/plus+&=.txt", "/plus+&=.txt"},
            {"http://site.example" + TEN, TEN},
            {"/assets/%61pp-1a2b3c4d.js", SCRIPT},
            {"/.well-known/security.txt", "/.well-known/security.txt"}
        }) {
            cases.add(must(
                    spelled[0] + " is the file",
                    "RFC 3986 §3",
                    scene -> Check.equal(
                            "body",
                            AssetSite.content(spelled[1]),
                            AssetCheck.get(scene, spelled[0]).body())));
        }
        for (String other : List.of(
                "/assets/app-1a2b3c4d.js/",
                "/assets//app-1a2b3c4d.js",
                "/assets/./app-1a2b3c4d.js",
                "/assets/x/../app-1a2b3c4d.js",
                "/assets/app-1a2b3c4d.js;v=1",
                "/assets/app-1a2b3c4d.js%00",
                "/assets/APP-1A2B3C4D.js",
                "/assets/",
                "/assets")) {
            cases.add(ours(other + " is not the file", "ours: one name for one file", scene -> {
                Wire client = scene.client();
                client.send(Scene.request("GET " + other));
                if (other.equals("/assets")) {
                    Wire server = scene.serverUnlessAnswered(client);
                    Check.that(server != null, "the app is not asked");
                    server.request();
                    server.send(Scene.OK);
                }
                Message response = client.response();
                Check.that(!response.body().equals(AssetSite.content(SCRIPT)), "it is");
                Check.that(
                        response.status() == 404 || response.status() == 400 || other.equals("/assets"),
                        "" + response.status());
            }));
        }
    }
}
