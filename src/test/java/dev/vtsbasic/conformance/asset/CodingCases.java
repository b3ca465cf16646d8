package dev.vtsbasic.conformance.asset;

import static dev.vtsbasic.conformance.asset.AssetSite.LARGE_CODED;
import static dev.vtsbasic.conformance.asset.AssetSite.PNG;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** Accept-Encoding and the responses that it selects. */
final class CodingCases {
    private static final String ACCEPT = "RFC 9110 §12.5.3";
    private static final String WEIGHT = "RFC 9110 §12.4.2";
    private static final String VARY = "RFC 9110 §12.5.5";
    private static final String TAG = "RFC 9110 §8.8.3.3";
    private static final String NONE = "";

    private CodingCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        acceptable(cases);
        refused(cases);
        preferred(cases);
        fields(cases);
        return cases;
    }

    private static void acceptable(List<Case> cases) {
        cases.add(must("without Accept-Encoding, identity", ACCEPT, coded(NONE)));
        cases.add(chosen("gzip", "gzip"));
        cases.add(chosen("br", "br"));
        cases.add(must("Accept-Encoding: zstd gives zstd or identity", ACCEPT, scene -> {
            String coding = coding(scene, "Accept-Encoding: zstd");
            Check.that(coding.equals("zstd") || coding.equals(NONE), coding);
        }));
        cases.add(ours("Accept-Encoding: zstd gives zstd", "ours, RFC 8878", coded("zstd", "Accept-Encoding: zstd")));
        cases.add(chosen("GZIP", "gzip"));
        cases.add(chosen("Br", "br"));
        cases.add(chosen("x-gzip", "gzip"));
        cases.add(chosen("deflate, gzip", "gzip"));
        cases.add(chosen("gzip,deflate", "gzip"));
        cases.add(chosen(",, gzip ,", "gzip"));
        cases.add(chosen("gzip;q=1", "gzip"));
        cases.add(chosen("gzip;q=1.000", "gzip"));
        cases.add(chosen("gzip ; q=0.5", "gzip"));
        cases.add(chosen("gzip;\tq=0.5", "gzip"));
        cases.add(chosen("gzip;Q=0.5", "gzip"));
        cases.add(should(
                "gzip in the second of two lines",
                "RFC 9110 §5.3",
                coded("gzip", "Accept-Encoding: deflate", "Accept-Encoding: gzip")));
        cases.add(must(
                "Accept-Encoding: * gives a coding that Content-Encoding names",
                ACCEPT,
                scene -> checkContent(scene, "*")));
        cases.add(must("TE is no Accept-Encoding", "RFC 9110 §10.1.4", coded(NONE, "TE: gzip")));
        for (String other : List.of(
                "",
                ",",
                "identity",
                "identity;q=0.5",
                "deflate",
                "compress, deflate",
                "gzipped",
                "xgzip",
                "gzi",
                "brotli",
                "b r",
                "g*")) {
            cases.add(must(
                    "Accept-Encoding: " + (other.isEmpty() ? "(nothing)" : other) + " gives identity",
                    ACCEPT,
                    coded(NONE, "Accept-Encoding: " + other)));
        }
    }

    private static Case chosen(String line, String coding) {
        return should(
                "Accept-Encoding: " + line.replace("\t", "(tab)") + " gives " + coding,
                ACCEPT,
                coded(coding, "Accept-Encoding: " + line));
    }

    private static void refused(List<Case> cases) {
        for (String zero : List.of(
                "gzip;q=0",
                "gzip;q=0.",
                "gzip;q=0.0",
                "gzip;q=0.000",
                "gzip ; q=0",
                "gzip;\tq=0",
                "gzip;Q=0",
                "GZIP;q=0",
                "br;q=0, gzip;q=0, zstd;q=0",
                "deflate, gzip;q=0",
                "*;q=0, identity",
                "identity, *;q=0")) {
            cases.add(must(
                    "Accept-Encoding: " + zero.replace("\t", "(tab)") + " gives identity",
                    WEIGHT,
                    coded(NONE, "Accept-Encoding: " + zero)));
        }
        cases.add(must(
                "q=0 in the second of two lines counts",
                WEIGHT,
                coded("gzip", "Accept-Encoding: gzip", "Accept-Encoding: br;q=0, zstd;q=0")));
        for (String line : List.of(
                "br;q=0, gzip",
                "gzip, br;q=0",
                "*;q=0, gzip",
                "gzip, *;q=0",
                "gzip, identity;q=0",
                "identity;q=0, gzip",
                "br;q=0.000,gzip;q=0.001")) {
            cases.add(must(
                    "Accept-Encoding: " + line + " gives gzip", WEIGHT, coded("gzip", "Accept-Encoding: " + line)));
        }
        for (String line : List.of("gzip;q=0, *", "*, gzip;q=0", "*;q=0.1, gzip;q=0")) {
            cases.add(must("Accept-Encoding: " + line + " does not give gzip", WEIGHT, scene -> {
                String coding = coding(scene, "Accept-Encoding: " + line);
                Check.that(!coding.equals("gzip"), "gzip");
            }));
        }
        for (String line :
                List.of("identity;q=0", "*;q=0", "identity;q=0, deflate", "*;q=0, deflate", "identity;q=0.000")) {
            cases.add(ours("Accept-Encoding: " + line + " gives 406", "RFC 9110 §15.5.7: may be", scene -> {
                Message response = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: " + line);
                Check.status(406, response);
                Check.absent(response.head(), "Content-Encoding");
                Check.absent(response.head(), "ETag");
                Check.equal("Vary", "accept-encoding", vary(response));
            }));
        }
        for (String line : List.of("identity;q=0, *", "identity;q=0, gzip, br, zstd")) {
            cases.add(must("Accept-Encoding: " + line + " does not give identity", WEIGHT, scene -> {
                String coding = coding(scene, "Accept-Encoding: " + line);
                Check.that(!coding.equals(NONE), "as it is");
            }));
        }
    }

    private static void preferred(List<Case> cases) {
        for (String[] line : new String[][] {
            {"gzip;q=0.5, br;q=0.9", "br"},
            {"br;q=0.5, gzip;q=0.9", "gzip"},
            {"gzip;q=0.500, br;q=0.499", "gzip"},
            {"br;q=0.001, gzip;q=0.002", "gzip"},
            {"gzip, br;q=0.9", "gzip"},
            {"gzip;q=0.2, identity;q=0.8", NONE},
            {"gzip;q=0.8, identity;q=0.2", "gzip"},
            {"*;q=0.5, gzip;q=0.9", "gzip"},
            {"br;q=0.3, *;q=0.2, gzip;q=0.1", "br"}
        }) {
            cases.add(should(
                    "Accept-Encoding: " + line[0] + " gives " + (line[1].isEmpty() ? "identity" : line[1]),
                    WEIGHT,
                    coded(line[1], "Accept-Encoding: " + line[0])));
        }
        cases.add(should("of codings with equal weight the shortest", "ours: fewer bytes", scene -> {
            int least = Integer.MAX_VALUE;
            for (String coding : List.of("br", "gzip", "zstd")) {
                Message response = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: " + coding);
                least = Math.min(least, response.body().length());
            }
            Message response = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip, deflate, br, zstd");
            Check.equal("length", least, response.body().length());
        }));
        for (String weight : List.of("foo", "-1", "2", "0.5.5", "")) {
            cases.add(must(
                    "a malformed weight (" + (weight.isEmpty() ? "empty" : weight) + ") leads to no wrong bytes",
                    WEIGHT,
                    scene -> checkContent(scene, "gzip;q=" + weight)));
        }
    }

    private static void fields(List<Case> cases) {
        for (String coding : List.of("gzip", "br", "identity")) {
            String line = "Accept-Encoding: " + coding;
            cases.add(should("Vary with a 200: " + coding, VARY, varied(200, line)));
            cases.add(must("Vary with a 304: " + coding, "RFC 9110 §15.4.5", varied(304, line, "If-None-Match: *")));
            cases.add(must("Vary with a 206: " + coding, "RFC 9110 §15.3.7", varied(206, line, "Range: bytes=0-9")));
            cases.add(must(
                    "HEAD has the fields of GET: " + coding,
                    "RFC 9110 §9.3.2",
                    AssetFieldCases.sameHead(SCRIPT, line)));
            cases.add(must("the tag is strong: " + coding, TAG, scene -> {
                String tag = AssetCheck.tag(scene, SCRIPT, line);
                Check.that(tag.matches("\"[!#-~]+\""), tag);
            }));
        }
        cases.add(must("each coding has its own tag", TAG, scene -> {
            Set<String> tags = new HashSet<>();
            for (String coding : List.of("gzip", "br", "identity")) {
                tags.add(AssetCheck.tag(scene, SCRIPT, "Accept-Encoding: " + coding));
            }
            Check.equal("tags", 3, tags.size());
        }));
        cases.add(must("Content-Type is that of the content: gzip", "RFC 9110 §8.3", scene -> {
            String plain = AssetCheck.get(scene, SCRIPT).head().joined("Content-Type");
            Head head = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip").head();
            Check.equal("Content-Type", plain, head.joined("Content-Type"));
        }));
        cases.add(must("gzip of a large file decodes to its content", "RFC 9110 §8.4.1.3", scene -> {
            Message response = AssetCheck.get(scene, LARGE_CODED, "Accept-Encoding: gzip");
            Check.equal("coding", "gzip", response.head().joined("Content-Encoding"));
            Check.that(gunzip(response.body()).equals(AssetSite.content(LARGE_CODED)), "another content");
        }));
        cases.add(should("a file that no coding makes smaller is sent without one, and does not vary", VARY, scene -> {
            Message response = AssetCheck.get(scene, PNG, "Accept-Encoding: gzip, br, zstd");
            Check.equal("body", AssetSite.content(PNG), response.body());
            Check.absent(response.head(), "Content-Encoding");
            Check.absent(response.head(), "Vary");
        }));
        cases.add(should("a short file is sent without a coding, and does not vary", VARY, scene -> {
            Message response = AssetCheck.get(scene, TEN, "Accept-Encoding: gzip, br, zstd");
            Check.absent(response.head(), "Content-Encoding");
            Check.absent(response.head(), "Vary");
        }));
        cases.add(ours(
                "a file without codings is sent to a client that refuses identity",
                "RFC 9110 §12.5.3: may be",
                AssetCheck.gives(200, PNG, "Accept-Encoding: gzip, identity;q=0")));
        for (String suffix : List.of(".gz", ".br", ".zst")) {
            cases.add(ours(
                    "a coding has no name of its own: " + suffix,
                    "ours: the index alone says what is served",
                    scene -> Check.status(404, AssetCheck.get(scene, SCRIPT + suffix))));
        }
    }

    private static Case.Script varied(int status, String... fields) {
        return scene -> {
            Message response = AssetCheck.get(scene, SCRIPT, fields);
            Check.status(status, response);
            Check.equal("Vary", "accept-encoding", vary(response));
        };
    }

    private static String vary(Message response) {
        return response.head().joined("Vary").toLowerCase(Locale.ROOT);
    }

    /** Plays a GET and fails unless the response has this coding and decodes to the content. */
    private static Case.Script coded(String coding, String... fields) {
        return scene -> Check.equal("coding", coding, coding(scene, fields));
    }

    private static void checkContent(Scene scene, String line) throws IOException {
        coding(scene, "Accept-Encoding: " + line);
    }

    /** Returns a response's coding after checking that the response decodes to the content. */
    private static String coding(Scene scene, String... fields) throws IOException {
        Message response = AssetCheck.get(scene, SCRIPT, fields);
        Check.status(200, response);
        String coding = response.head().joined("Content-Encoding");
        switch (coding) {
            case NONE -> Check.that(response.body().equals(AssetSite.content(SCRIPT)), "not the content");
            case "gzip" -> Check.that(gunzip(response.body()).equals(AssetSite.content(SCRIPT)), "not the content");
            case "br", "zstd" ->
                Check.equal(
                        "the same as for " + coding,
                        AssetCheck.get(scene, SCRIPT, "Accept-Encoding: " + coding)
                                .body(),
                        response.body());
            default -> throw new AssertionError("Content-Encoding: " + coding);
        }
        return coding;
    }

    static String gunzip(String body) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(Wire.latin1(body)))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
