package dev.vtsbasic.testing.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fixed set of requests for files outside the build; each character of a request is a byte. */
public final class TraversalPayloads {
    /** Files with secrets, relative to the directory of the client files. */
    public static final List<String> FILES = List.of(
            "../secret.txt",
            "../../secret.txt",
            "../client-old/secret.txt",
            "../server/secret.txt",
            "../server/assets/secret.js",
            ".env",
            ".git/config",
            ".htpasswd",
            "assets/.hidden.js",
            ".hidden/app.js",
            ".well-known.old/secret.txt",
            "../WEB-INF/web.xml",
            "../META-INF/MANIFEST.MF");

    /** Other files beside the client files, or in the WAR. */
    private static final List<String> OTHERS = List.of(
            ".vts/assets.json",
            ".vts/codings/assets/app-1a2b3c4d.js.gz",
            ".vts/codings/assets/app-1a2b3c4d.js.br",
            ".vts/codings/assets/app-1a2b3c4d.js.zst",
            ".vts/codings/assets/app-1a2b3c4d.js",
            ".vts/",
            ".vts",
            "assets/.vts/assets.json",
            "link.txt",
            "linked/secret.txt",
            "linked/sub/secret.js",
            "linked/",
            "assets/link-1a2b3c4d.js",
            "assets/linked/secret.js",
            "assets/chain.js",
            "assets/up.js",
            "assets/etc/passwd",
            "passwd.txt",
            "hidden.txt",
            "gone.txt",
            "loop/.env",
            "loop/loop/.env",
            "loop/../.env",
            "WEB-INF/web.xml",
            "WEB-INF/app/server/server.js",
            "WEB-INF/lib-provided/",
            "WEB-INF/bun/bun.properties",
            "web-inf/web.xml",
            "META-INF/MANIFEST.MF",
            "META-INF/context.xml",
            "dev/vtsbasic/launch/Launcher.class",
            "server/server.js",
            "client/robots.txt",
            "assets/app-1a2b3c4d.js.gz",
            "assets/app-1a2b3c4d.js.br",
            "assets/app-1a2b3c4d.js.map",
            "assets/app-1a2b3c4d.js~",
            "assets/",
            "assets");

    /** Spellings of two dots. */
    private static final List<String> DOTS = List.of(
            "..",
            "%2e%2e",
            "%2E%2E",
            ".%2e",
            "%2e.",
            "%252e%252e",
            "%25252e%25252e",
            "%c0%ae%c0%ae",
            "%c0%2e%c0%2e",
            "%e0%80%ae%e0%80%ae",
            "%f0%80%80%ae%f0%80%80%ae",
            "%f8%80%80%80%ae%f8%80%80%80%ae",
            "\u00c0\u00ae\u00c0\u00ae",
            "%u002e%u002e",
            "%uff0e%uff0e",
            utf8("\uff0e\uff0e"),
            "%ef%bc%8e%ef%bc%8e",
            "..;",
            "..;x=1",
            "..%3b",
            "..%00",
            "%00..",
            ".%00.",
            "..%20",
            "..%09",
            "..%0d%0a",
            "..%7f",
            "...",
            "....",
            "..%5c..",
            "..\\..",
            "0x2e0x2e",
            "\\..",
            "&#46;&#46;",
            utf8("\u2025"));

    /** Spellings of a slash. */
    private static final List<String> SLASHES = List.of(
            "/",
            "//",
            "/./",
            "/;/",
            "%2f",
            "%2F",
            "%252f",
            "%25252f",
            "%5c",
            "%5C",
            "\\",
            "\\\\",
            "\\/",
            "%255c",
            "%c0%af",
            "%c1%9c",
            "%e0%80%af",
            "%f0%80%80%af",
            "\u00c0\u00af",
            "%u2215",
            "%uff0f",
            utf8("\u2215"),
            "%2f%2f",
            "/%2f",
            "%00/",
            ";/",
            "?/",
            "%3f/",
            "#/",
            "%23/");

    private static final List<String> ENDS = List.of(
            "",
            "/",
            "//",
            "/.",
            "/..",
            ".",
            "..",
            "%2e",
            "%20",
            "%09",
            "%0a",
            "%0d%0a",
            "%00",
            "%00.js",
            "%00.html",
            "\u0001",
            ";",
            ";.js",
            ";x=1",
            ";/x.js",
            "/;/",
            "\\",
            "%5c",
            "%2f",
            "::$DATA",
            "~",
            ".bak",
            "?",
            "?x=.js",
            "#.js",
            "%23.js",
            "%3f.js",
            "%c0%80.js",
            "%ff",
            "/robots.txt",
            "/../robots.txt",
            "/%2e%2e/robots.txt");

    private static final List<String> DEEP = List.of("../secret.txt", "../server/secret.txt", "etc/passwd");
    private static final int ROOT = 12;

    private TraversalPayloads() {}

    /** All requests, complete and without duplicates. */
    public static List<String> all() {
        Set<String> requests = new LinkedHashSet<>();
        for (String target : targets()) {
            requests.add(get(target));
        }
        for (String file : traps()) {
            requests.add("GET " + file + " HTTP/1.1\r\nHost: site.example\r\n\r\n");
            requests.add("GET http://site.example/" + file + " HTTP/1.1\r\nHost: site.example\r\n\r\n");
            requests.add("GET http://site.example/assets/../" + file + " HTTP/1.1\r\nHost: site.example\r\n\r\n");
            requests.add("GET file:///" + file + " HTTP/1.1\r\nHost: site.example\r\n\r\n");
            requests.add(get("/" + file, "Range: bytes=0-5"));
            requests.add(get("/" + file, "Accept-Encoding: gzip, br, zstd"));
            requests.add(get("/robots.txt-", "X-Original-URL: /" + file));
            requests.add(get("/robots.txt-", "X-Rewrite-URL: /" + file));
            requests.add(get("/robots.txt-", "X-Accel-Redirect: /" + file));
            requests.add(get("/robots.txt-", "X-Forwarded-Prefix: /" + file + "/.."));
            requests.add("GET /" + file + " HTTP/1.1\r\nHost: site.example/../\r\n\r\n");
            requests.add("POST /" + file + " HTTP/1.1\r\nHost: site.example\r\nContent-Length: 0\r\n\r\n");
        }
        return List.copyOf(requests);
    }

    private static Set<String> targets() {
        Set<String> targets = new LinkedHashSet<>();
        for (String dots : DOTS) {
            for (String slash : SLASHES) {
                String up = dots + slash;
                targets.add("/" + up + "secret.txt");
                targets.add("/assets" + slash + up + ".env");
                targets.add("/assets/" + up + up + "server" + slash + "server.js");
                targets.add("/" + up.repeat(ROOT) + "etc" + slash + "passwd");
            }
        }
        for (String trap : traps()) {
            String path = "/" + trap;
            for (String end : ENDS) {
                targets.add(path + end);
                targets.add("/assets/app-1a2b3c4d.js/.." + path + end);
            }
            for (String start : List.of(
                    "/.",
                    "/",
                    "/;",
                    "/;x=1",
                    "/%2e",
                    "/%2f",
                    "/%5c",
                    "/\\",
                    "/assets/..",
                    "/assets/..;",
                    "/%00",
                    "/x/%2e%2e")) {
                targets.add(start + path);
            }
            targets.add("/" + encoded(trap, true));
            targets.add("/" + encoded(trap, false));
            targets.add("/" + encoded(trap, true).replace("%", "%25"));
            targets.add("/" + trap.toUpperCase(Locale.ROOT));
            targets.add("/" + trap.replace(".", "%2e"));
            targets.add("/" + trap.replace("/", "%2f"));
            targets.add("/" + trap.replace("/", "\\"));
            targets.add("/" + trap.replace(".", "%c0%ae").replace("/", "%c0%af"));
        }
        for (String deep : DEEP) {
            for (int depth = 1; depth <= ROOT; depth++) {
                targets.add("/" + "../".repeat(depth) + deep);
                targets.add("/assets/" + "%2e%2e%2f".repeat(depth) + deep);
            }
        }
        for (String near : List.of(
                "/ASSETS/app-1a2b3c4d.js",
                "/assets//app-1a2b3c4d.js",
                "/assets/./app-1a2b3c4d.js",
                "/assets/x/../app-1a2b3c4d.js",
                "/assets/%61pp-1a2b3c4d.js",
                "/assets/app-1a2b3c4d%2ejs",
                "/assets%2fapp-1a2b3c4d.js",
                "//assets/app-1a2b3c4d.js",
                "/assets\\app-1a2b3c4d.js",
                "/assets/app-1a2b3c4d.js;jsessionid=1",
                "/loop/robots.txt",
                "/loop/assets/app-1a2b3c4d.js")) {
            targets.add(near);
        }
        return targets;
    }

    private static List<String> traps() {
        List<String> traps = new ArrayList<>(FILES);
        traps.addAll(OTHERS);
        return traps;
    }

    public static String get(String target, String... fields) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: site.example\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    /** The path of a request's target, unchanged. */
    public static String path(String request) {
        String target = request.split(" ")[1].replaceFirst("^http://site\\.example", "");
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The path with its unreserved characters decoded, because both spellings are equivalent (RFC 3986 §6.2.2.2). */
    public static String equivalent(String path) {
        return Pattern.compile("%(2[dD]|2[eE]|3\\d|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aA]|7[eE])")
                .matcher(path)
                .replaceAll(
                        octet -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(octet.group(1), 16))));
    }

    private static String encoded(String path, boolean slashesToo) {
        StringBuilder encoded = new StringBuilder();
        for (char c : path.toCharArray()) {
            encoded.append(c == '/' && !slashesToo ? "/" : "%%%02x".formatted((int) c));
        }
        return encoded.toString();
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
