package dev.vtsbasic.conformance.asset;

import static dev.vtsbasic.conformance.asset.AssetSite.SCRIPT;
import static dev.vtsbasic.conformance.asset.AssetSite.TEN;
import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import java.util.ArrayList;
import java.util.List;

/** If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, and their precedence. */
final class ConditionCases {
    private static final String OLD = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String NONE_MATCH = "RFC 9110 §13.1.2";
    private static final String MATCH = "RFC 9110 §13.1.1";
    private static final String SINCE = "RFC 9110 §13.1.3";
    private static final String UNMODIFIED = "RFC 9110 §13.1.4";
    private static final String ORDER = "RFC 9110 §13.2.2";

    private ConditionCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        ifNoneMatch(cases);
        ifModifiedSince(cases);
        ifMatch(cases);
        ifUnmodifiedSince(cases);
        order(cases);
        return cases;
    }

    private static void ifNoneMatch(List<Case> cases) {
        for (String[] held : new String[][] {
            {"the tag", "{tag}"},
            {"the tag as a weak one", "W/{tag}"},
            {"the tag first in a list", "{tag}, \"other\""},
            {"the tag last in a list", "\"one\", W/\"two\", {tag}"},
            {"the tag in a list without spaces", "\"one\",W/{tag},\"three\""},
            {"the tag behind one with a comma in it", "\"a,b\", {tag}"},
            {"the tag behind one with a backslash in it", "\"a\\\", {tag}"},
            {"the tag behind an empty one", "\"\", {tag}"},
            {"the tag behind one of other octets", "\"\u00e9\u00ff\", {tag}"},
            {"the tag between empty members", ", ,{tag},,"},
            {"the tag behind a hundred others", "\"0123456789abcdef\", ".repeat(100) + "{tag}"},
            {"*", "*"}
        }) {
            cases.add(must(
                    "304 for If-None-Match: " + held[0],
                    NONE_MATCH,
                    AssetCheck.gives(304, TEN, "If-None-Match: " + held[1])));
        }
        for (String[] other : new String[][] {
            {"another tag", "\"other\""},
            {"another weak tag", "W/\"other\""},
            {"the empty tag", "\"\""},
            {"a tag that is a star", "\"*\""},
            {"a list of other tags", "\"one\", \"two\", W/\"three\""}
        }) {
            cases.add(must(
                    "200 for If-None-Match: " + other[0],
                    NONE_MATCH,
                    AssetCheck.gives(200, TEN, "If-None-Match: " + other[1])));
        }
        for (String[] malformed : new String[][] {
            {"a word", "other"},
            {"a tag that has no end", "\"other"},
            {"a star in a list", "\"other\", *"},
            {"a star behind a word", "other*"},
            {"nothing", ""},
            {"a tag with a weakness in lower case", "w/\"other\""}
        }) {
            cases.add(should(
                    "200 for If-None-Match: " + malformed[0] + " (malformed)",
                    NONE_MATCH,
                    AssetCheck.gives(200, TEN, "If-None-Match: " + malformed[1])));
        }
        cases.add(must(
                "304 for the tag in the second of two If-None-Match lines",
                NONE_MATCH,
                AssetCheck.gives(304, TEN, "If-None-Match: \"one\"", "If-None-Match: {tag}")));
        cases.add(must("304 for HEAD with If-None-Match", NONE_MATCH, scene -> {
            String tag = AssetCheck.tag(scene, TEN);
            Check.status(304, AssetCheck.ask(scene, "HEAD " + TEN, "If-None-Match: " + tag));
        }));
        for (String coding : List.of("gzip", "br")) {
            cases.add(must(
                    "304 for If-None-Match with the tag of the coding " + coding,
                    NONE_MATCH,
                    AssetCheck.gives(304, SCRIPT, "Accept-Encoding: " + coding, "If-None-Match: {tag}")));
            cases.add(must("200 for If-None-Match with another coding's tag than " + coding, NONE_MATCH, scene -> {
                String tag = AssetCheck.tag(scene, SCRIPT);
                Check.status(200, AssetCheck.get(scene, SCRIPT, "Accept-Encoding: " + coding, "If-None-Match: " + tag));
            }));
        }
        cases.add(must(
                "404 for a missing file, with If-None-Match",
                "RFC 9110 §13.2.1",
                scene -> Check.status(404, AssetCheck.get(scene, "/assets/gone.js", "If-None-Match: *"))));
    }

    private static void ifModifiedSince(List<Case> cases) {
        for (String[] date : new String[][] {
            {"the date", "{date}"},
            {"the date in the form of RFC 850", "{date rfc850}"},
            {"the date in the form of asctime", "{date asctime}"},
            {"a later date", "{date+1}"},
            {"a later date in the form of RFC 850", "{date+86400 rfc850}"},
            {"a later date in the form of asctime", "{date+86400 asctime}"}
        }) {
            cases.add(should(
                    "304 for If-Modified-Since: " + date[0],
                    SINCE,
                    AssetCheck.gives(304, TEN, "If-Modified-Since: " + date[1])));
        }
        for (String[] date : new String[][] {
            {"an earlier date", "{date-1}"},
            {"an earlier date in the form of RFC 850", "{date-1 rfc850}"},
            {"an earlier date in the form of asctime", "{date-1 asctime}"},
            {"the year 1994", OLD}
        }) {
            cases.add(should(
                    "200 for If-Modified-Since: " + date[0],
                    SINCE,
                    AssetCheck.gives(200, TEN, "If-Modified-Since: " + date[1])));
        }
        malformedDates(cases, "If-Modified-Since", SINCE, "{date}", "2094");
        cases.add(must(
                "200 for HEAD with If-Modified-Since in the past",
                SINCE,
                scene -> Check.status(200, AssetCheck.ask(scene, "HEAD " + TEN, "If-Modified-Since: " + OLD))));
    }

    /**
     * A malformed date must be ignored, so that the response is 200.
     *
     * @param date a valid date that leads to another status, as does a date in {@code year}
     */
    private static void malformedDates(List<Case> cases, String name, String source, String date, String year) {
        for (String[] malformed : new String[][] {
            {"a word", "yesterday"},
            {"nothing", ""},
            {"a number", year.equals("2094") ? "3933564000" : "784111777"},
            {"a date of ISO 8601", year + "-11-06T08:49:37Z"},
            {"a date in another time zone", "Sat, 06 Nov " + year + " 08:49:37 CET"},
            {"the 40th of a month", "Sat, 40 Nov " + year + " 08:49:37 GMT"},
            {"a month of no calendar", "Sat, 06 Nix " + year + " 08:49:37 GMT"},
            {"a date with more behind it", date + "; length=10"},
            {"a list of dates", date + ", " + date}
        }) {
            cases.add(must(
                    "200 for " + name + ": " + malformed[0] + " (malformed)",
                    source,
                    AssetCheck.gives(200, TEN, name + ": " + malformed[1])));
        }
        cases.add(must(
                "200 for two lines of " + name,
                source,
                AssetCheck.gives(200, TEN, name + ": " + date, name + ": " + date)));
    }

    private static void ifMatch(List<Case> cases) {
        for (String[] held :
                new String[][] {{"the tag", "{tag}"}, {"*", "*"}, {"the tag in a list", "\"one\", W/\"two\",{tag}"}}) {
            cases.add(must("200 for If-Match: " + held[0], MATCH, AssetCheck.gives(200, TEN, "If-Match: " + held[1])));
        }
        cases.add(must(
                "200 for the tag in the second of two If-Match lines",
                MATCH,
                AssetCheck.gives(200, TEN, "If-Match: \"one\"", "If-Match: {tag}")));
        cases.add(must(
                "200 for If-Match with the tag of a coding",
                MATCH,
                AssetCheck.gives(200, SCRIPT, "Accept-Encoding: gzip", "If-Match: {tag}")));
        for (String[] other : new String[][] {
            {"another tag", "\"other\""},
            {"the tag as a weak one", "W/{tag}"},
            {"a list of others", "\"one\", W/{tag}, \"three\""},
            {"a tag that is a star", "\"*\""}
        }) {
            cases.add(
                    must("412 for If-Match: " + other[0], MATCH, AssetCheck.gives(412, TEN, "If-Match: " + other[1])));
        }
        for (String[] malformed : new String[][] {
            {"a word", "other"}, {"a weakness in lower case", "w/{tag}"}, {"a star in a list", "\"other\", *"}
        }) {
            cases.add(should(
                    "412 for If-Match: " + malformed[0] + " (malformed)",
                    MATCH,
                    AssetCheck.gives(412, TEN, "If-Match: " + malformed[1])));
        }
        cases.add(must(
                "412 for HEAD with If-Match: another tag",
                MATCH,
                scene -> Check.status(412, AssetCheck.ask(scene, "HEAD " + TEN, "If-Match: \"other\""))));
        cases.add(must("412 for If-Match with another coding's tag", MATCH, scene -> {
            String tag = AssetCheck.tag(scene, SCRIPT, "Accept-Encoding: gzip");
            Check.status(412, AssetCheck.get(scene, SCRIPT, "If-Match: " + tag));
        }));
        cases.add(should(
                "404 for a missing file, with If-Match",
                "RFC 9110 §13.2.1",
                scene -> Check.status(404, AssetCheck.get(scene, "/assets/gone.js", "If-Match: \"other\""))));
        cases.add(ours("412 is not stored", "ours: the next request may succeed", scene -> {
            Message response = AssetCheck.get(scene, SCRIPT, "If-Match: \"other\"");
            Check.equal("Cache-Control", "no-store", response.head().joined("Cache-Control"));
        }));
    }

    private static void ifUnmodifiedSince(List<Case> cases) {
        for (String[] date : new String[][] {
            {"the date", "{date}"},
            {"the date in the form of RFC 850", "{date rfc850}"},
            {"the date in the form of asctime", "{date asctime}"},
            {"a later date", "{date+1}"}
        }) {
            cases.add(must(
                    "200 for If-Unmodified-Since: " + date[0],
                    UNMODIFIED,
                    AssetCheck.gives(200, TEN, "If-Unmodified-Since: " + date[1])));
        }
        for (String[] date : new String[][] {
            {"an earlier date", "{date-1}"},
            {"an earlier date in the form of RFC 850", "{date-1 rfc850}"},
            {"an earlier date in the form of asctime", "{date-1 asctime}"},
            {"the year 1994", OLD}
        }) {
            cases.add(must(
                    "412 for If-Unmodified-Since: " + date[0],
                    UNMODIFIED,
                    AssetCheck.gives(412, TEN, "If-Unmodified-Since: " + date[1])));
        }
        malformedDates(cases, "If-Unmodified-Since", UNMODIFIED, "{date-1}", "1994");
    }

    private static void order(List<Case> cases) {
        cases.add(must(
                "If-Match that holds, with If-Unmodified-Since that does not: 200",
                ORDER,
                AssetCheck.gives(200, TEN, "If-Match: {tag}", "If-Unmodified-Since: " + OLD)));
        cases.add(must(
                "If-Match that does not hold, with If-Unmodified-Since that does: 412",
                ORDER,
                AssetCheck.gives(412, TEN, "If-Unmodified-Since: {date}", "If-Match: \"other\"")));
        cases.add(must(
                "If-None-Match of another tag, with If-Modified-Since now: 200",
                ORDER,
                AssetCheck.gives(200, TEN, "If-Modified-Since: {date}", "If-None-Match: \"other\"")));
        cases.add(must(
                "If-None-Match of the tag, with If-Modified-Since long ago: 304",
                ORDER,
                AssetCheck.gives(304, TEN, "If-Modified-Since: " + OLD, "If-None-Match: {tag}")));
        cases.add(must(
                "If-Match that does not hold, with If-None-Match that does: 412",
                ORDER,
                AssetCheck.gives(412, TEN, "If-None-Match: {tag}", "If-Match: \"other\"")));
        cases.add(must(
                "If-Match and If-None-Match of the tag: 304",
                ORDER,
                AssetCheck.gives(304, TEN, "If-None-Match: {tag}", "If-Match: {tag}")));
        cases.add(must(
                "If-Unmodified-Since and If-Modified-Since of the date: 304",
                ORDER,
                AssetCheck.gives(304, TEN, "If-Modified-Since: {date}", "If-Unmodified-Since: {date}")));
        cases.add(must(
                "If-None-Match of the tag, with a range: 304",
                ORDER,
                AssetCheck.gives(304, TEN, "Range: bytes=0-1", "If-None-Match: {tag}")));
        cases.add(must(
                "If-None-Match of the tag, with a range that does not exist: 304",
                ORDER,
                AssetCheck.gives(304, TEN, "Range: bytes=90-", "If-None-Match: {tag}")));
        cases.add(must(
                "If-Match that does not hold, with a range: 412",
                ORDER,
                AssetCheck.gives(412, TEN, "Range: bytes=0-1", "If-Match: \"other\"")));
        cases.add(must(
                "If-Match that holds, with a range: 206",
                ORDER,
                AssetCheck.givesPart(0, 1, TEN, "Range: bytes=0-1", "If-Match: {tag}")));
        cases.add(must(
                "If-Match with the tag of a coding, with a range: 206",
                ORDER,
                AssetCheck.givesPart(3, 9, SCRIPT, "Accept-Encoding: gzip", "Range: bytes=3-9", "If-Match: {tag}")));
    }
}
