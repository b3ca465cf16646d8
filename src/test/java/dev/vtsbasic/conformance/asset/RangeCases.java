package dev.vtsbasic.conformance.asset;

import static dev.vtsbasic.conformance.asset.AssetSite.EMPTY;
import static dev.vtsbasic.conformance.asset.AssetSite.LARGE;
import static dev.vtsbasic.conformance.asset.AssetSite.LARGE_CODED;
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
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Range and If-Range, and the responses 206 and 416. */
final class RangeCases {
    private static final String RANGE = "RFC 9110 §14.2";
    private static final String BYTES = "RFC 9110 §14.1.2";
    private static final String IF_RANGE = "RFC 9110 §13.1.5";
    private static final String UNSATISFIABLE = "RFC 9110 §15.5.17";
    private static final String PARTS = "RFC 9110 §14.6";
    private static final String ENORMOUS = "9".repeat(30);

    private RangeCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        onePart(cases);
        severalParts(cases);
        unsatisfiable(cases);
        ignored(cases);
        ifRange(cases);
        codedAndLarge(cases);
        return cases;
    }

    private static void onePart(List<Case> cases) {
        cases.add(part("0-0", 0, 0));
        cases.add(part("0-9", 0, 9));
        cases.add(part("2-5", 2, 5));
        cases.add(part("9-9", 9, 9));
        cases.add(part("5-", 5, 9));
        cases.add(part("0-", 0, 9));
        cases.add(part("-1", 9, 9));
        cases.add(part("-10", 0, 9));
        cases.add(part("-11", 0, 9));
        cases.add(part("5-100", 5, 9));
        cases.add(part("002-0005", 2, 5));
        cases.add(part("3-" + Integer.MAX_VALUE, 3, 9));
        cases.add(part("3-" + Long.MAX_VALUE, 3, 9));
        cases.add(part("3-" + ENORMOUS, 3, 9));
        cases.add(part("-" + ENORMOUS, 0, 9));
        cases.add(part(" 2-5 ", 2, 5));
        cases.add(part(",2-5,", 2, 5));
        cases.add(part("2-5,20-30", 2, 5));
        cases.add(part("20-30,-2,40-", 8, 9));
        cases.add(
                should("the unit in capitals", "RFC 9110 §14.1", AssetCheck.givesPart(2, 5, TEN, "Range: BYTES=2-5")));
    }

    private static Case part(String range, int first, int last) {
        return should(
                "bytes=" + range + " of ten is 206",
                BYTES,
                AssetCheck.givesPart(first, last, TEN, "Range: bytes=" + range));
    }

    private static void severalParts(List<Case> cases) {
        for (String[] parts : new String[][] {
            {"0-1,8-9", "0-1", "8-9"},
            {"0-0, -1", "0-0", "9-9"},
            {"8-9,0-1", "8-9", "0-1"},
            {"0-1,4-5,8-9", "0-1", "4-5", "8-9"},
            {"0-1,20-30,8-", "0-1", "8-9"},
            {"0-1,,\t8-9,", "0-1", "8-9"}
        }) {
            List<String> ranges = List.of(parts).subList(1, parts.length);
            cases.add(should(
                    "bytes=" + parts[0].replace("\t", "tab") + " of ten is 206 with " + ranges.size() + " parts",
                    PARTS,
                    AssetCheck.givesParts(ranges, TEN, "Range: bytes=" + parts[0])));
        }
        cases.add(should(
                "several parts of a large file",
                PARTS,
                AssetCheck.givesParts(
                        List.of("0-70000", "1000000-1100000", "2999990-2999999"),
                        LARGE,
                        "Range: bytes=0-70000,1000000-1100000,-10")));
        cases.add(should("parts that overlap tell no byte wrong", RANGE, scene -> {
            Message response = AssetCheck.get(scene, TEN, "Range: bytes=0-2,2-4");
            Check.that(response.status() == 206 || response.status() == 200, "status " + response.status());
        }));
        for (String greedy : List.of("0-,0-", "0-,0-,0-,0-,0-,0-,0-,0-", "0-9,0-0", "0-0,".repeat(1300) + "0-0")) {
            cases.add(should(
                    "ranges of more than the file ("
                            + (greedy.length() > 30 ? "1301 times 0-0" : greedy)
                            + ") get the whole file",
                    "RFC 9110 §17.15",
                    AssetCheck.gives(200, TEN, "Range: bytes=" + greedy)));
        }
    }

    private static void unsatisfiable(List<Case> cases) {
        for (String range : List.of(
                "10-",
                "10-20",
                "99-",
                "-0",
                "20-30,40-",
                "10-,-0",
                "" + Long.MAX_VALUE + "-",
                ENORMOUS + "-",
                ENORMOUS + "-" + ENORMOUS)) {
            cases.add(should(
                    "bytes=" + range + " of ten is 416",
                    UNSATISFIABLE,
                    AssetCheck.gives(416, TEN, "Range: bytes=" + range)));
        }
        for (String range : List.of("0-", "0-0", "1-")) {
            cases.add(should(
                    "bytes=" + range + " of an empty file is 416",
                    UNSATISFIABLE,
                    AssetCheck.gives(416, EMPTY, "Range: bytes=" + range)));
        }
        cases.add(should(
                "bytes=-5 of an empty file is 200, because it is the whole file",
                BYTES,
                AssetCheck.gives(200, EMPTY, "Range: bytes=-5")));
        cases.add(should(
                "416 tells the length of the coding",
                UNSATISFIABLE,
                AssetCheck.gives(416, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=99999-")));
        cases.add(should("416 of a large file", UNSATISFIABLE, AssetCheck.gives(416, LARGE, "Range: bytes=3000000-")));
        cases.add(ours("416 has no field of the asset, and is not stored", "ours: its body is another", scene -> {
            Head head = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=99999-")
                    .head();
            Check.absent(head, "ETag");
            Check.absent(head, "Content-Encoding");
            Check.equal("Cache-Control", "no-store", head.joined("Cache-Control"));
        }));
    }

    private static void ignored(List<Case> cases) {
        cases.add(must("a range of another unit is ignored", RANGE, AssetCheck.gives(200, TEN, "Range: lines=0-1")));
        for (String malformed : List.of(
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=a-b",
                "bytes=5-2",
                "bytes=1",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=0-1,x",
                "bytes=0-1,5-2",
                "bytes=0-1;4-5",
                "0-1",
                "bytes:0-1",
                "bytes 0-1",
                "bytes=0x1-0x2",
                "bytes=+1-2",
                "bytes=1 -2",
                "bytes=1- 2",
                "bytes=1.0-2",
                "bytes=\u00b2-\u00b3",
                "bytes=0-1 4-5",
                "=0-1",
                "bytes==0-1")) {
            cases.add(ours(
                    "a malformed range (" + malformed.replaceAll("[^ -~]", "?") + ") is ignored",
                    "RFC 9110 §14.2: may be",
                    AssetCheck.gives(200, TEN, "Range: " + malformed)));
        }
        cases.add(ours(
                "two Range lines are ignored",
                "RFC 9110 §5.3: together they are malformed",
                AssetCheck.gives(200, TEN, "Range: bytes=0-1", "Range: bytes=4-5")));
        cases.add(must("HEAD ignores a range", RANGE, scene -> {
            Message response = AssetCheck.ask(scene, "HEAD " + TEN, "Range: bytes=0-1");
            Check.status(200, response);
            Check.equal("Content-Length", "10", response.head().joined("Content-Length"));
        }));
        cases.add(must(
                "HEAD ignores a range that does not exist",
                RANGE,
                scene -> Check.status(200, AssetCheck.ask(scene, "HEAD " + TEN, "Range: bytes=90-"))));
    }

    private static void ifRange(List<Case> cases) {
        cases.add(ifRange("the tag", 206, "{tag}"));
        cases.add(ifRange("the tag as a weak one", 200, "W/{tag}"));
        cases.add(ifRange("another tag", 200, "\"other\""));
        cases.add(ifRange("a list with the tag", 200, "\"other\", {tag}"));
        cases.add(ifRange("*", 200, "*"));
        cases.add(ifRange("a word", 200, "other"));
        cases.add(ifRange("nothing", 200, ""));
        for (String form : List.of("", " rfc850", " asctime")) {
            cases.add(must("If-Range: the date" + inForm(form) + " gives 206", IF_RANGE, scene -> {
                awaitStrongDate(scene);
                AssetCheck.givesPart(2, 5, TEN, "Range: bytes=2-5", "If-Range: {date" + form + "}")
                        .play(scene);
            }));
        }
        cases.add(ifRange("an earlier date", 200, "{date-1}"));
        cases.add(ifRange("a later date", 200, "{date+1}"));
        cases.add(ifRange("a much later date", 200, "{date+86400}"));
        cases.add(must(
                "If-Range: the tag of a coding gives 206",
                IF_RANGE,
                AssetCheck.givesPart(2, 5, SCRIPT, "Accept-Encoding: br", "Range: bytes=2-5", "If-Range: {tag}")));
        cases.add(must("If-Range: another coding's tag gives 200", IF_RANGE, scene -> {
            String tag = AssetCheck.tag(scene, SCRIPT);
            Message response =
                    AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=2-5", "If-Range: " + tag);
            Check.status(200, response);
        }));
        cases.add(
                must("If-Range without Range is ignored", IF_RANGE, AssetCheck.gives(200, TEN, "If-Range: \"other\"")));
        cases.add(must(
                "If-Range of another tag, with a range that does not exist: 200",
                IF_RANGE,
                AssetCheck.gives(200, TEN, "Range: bytes=90-", "If-Range: \"other\"")));
        cases.add(should(
                "If-Range of the tag, with a range that does not exist: 416",
                IF_RANGE,
                AssetCheck.gives(416, TEN, "Range: bytes=90-", "If-Range: {tag}")));
        cases.add(ours(
                "two If-Range lines give 200",
                "RFC 9110 §5.3: together they are malformed",
                AssetCheck.gives(200, TEN, "Range: bytes=2-5", "If-Range: {tag}", "If-Range: \"other\"")));
        cases.add(must(
                "If-Match that holds counts before If-Range that does not: 200",
                "RFC 9110 §13.2.2",
                AssetCheck.gives(200, TEN, "Range: bytes=2-5", "If-Match: {tag}", "If-Range: \"other\"")));
    }

    private static Case ifRange(String name, int status, String value) {
        String[] fields = {"Range: bytes=2-5", "If-Range: " + value};
        return must(
                "If-Range: " + name + " gives " + status,
                IF_RANGE,
                status == 206 ? AssetCheck.givesPart(2, 5, TEN, fields) : AssetCheck.gives(status, TEN, fields));
    }

    private static String inForm(String form) {
        return form.isEmpty() ? "" : " in the form of" + form.replace("rfc", "RFC ");
    }

    /** RFC 9110 §8.8.2.2: a date is not a strong validator until the second after it is over. */
    private static void awaitStrongDate(Scene scene) throws Exception {
        ZonedDateTime modified;
        ZonedDateTime now;
        do {
            Head head = AssetCheck.get(scene, TEN).head();
            modified = date(head.joined("Last-Modified"));
            now = date(head.joined("Date"));
        } while (!now.isAfter(modified.plusSeconds(1)));
    }

    private static ZonedDateTime date(String text) {
        return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
    }

    private static void codedAndLarge(List<Case> cases) {
        for (String coding : List.of("gzip", "br", "zstd")) {
            cases.add(should(
                    "a range of the coding " + coding,
                    "RFC 9110 §14.2: of the selected representation",
                    AssetCheck.givesPart(10, 99, SCRIPT, "Accept-Encoding: " + coding, "Range: bytes=10-99")));
        }
        cases.add(should(
                "several ranges of a coding",
                PARTS,
                AssetCheck.givesParts(
                        List.of("0-9", "100-109"), SCRIPT, "Accept-Encoding: gzip", "Range: bytes=0-9,100-109")));
        cases.add(must("two halves of the coding gzip are the whole", RANGE, scene -> {
            String first = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=0-199")
                    .body();
            String second = AssetCheck.get(scene, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=200-")
                    .body();
            Check.equal("content", AssetSite.content(SCRIPT), CodingCases.gunzip(first + second));
        }));
        int last = AssetSite.content(LARGE).length() - 1;
        cases.add(large("the first byte", "0-0", 0, 0));
        cases.add(large("the last byte", "-1", last, last));
        cases.add(large("a part in the middle", "1234567-2345678", 1234567, 2345678));
        cases.add(large("the rest", "2000000-", 2000000, last));
        cases.add(large("all", "0-", 0, last));
        cases.add(large("the last megabyte", "-1048576", last - 1048575, last));
        cases.add(should(
                "a range of a large file's coding",
                RANGE,
                AssetCheck.givesPart(
                        100000, 1000000, LARGE_CODED, "Accept-Encoding: gzip", "Range: bytes=100000-1000000")));
        cases.add(must(
                "If-Range of a large file's coding",
                IF_RANGE,
                AssetCheck.givesPart(
                        5, 500000, LARGE_CODED, "Accept-Encoding: br", "Range: bytes=5-500000", "If-Range: {tag}")));
    }

    private static Case large(String name, String range, int first, int last) {
        return should(
                "of a large file, " + name, BYTES, AssetCheck.givesPart(first, last, LARGE, "Range: bytes=" + range));
    }
}
