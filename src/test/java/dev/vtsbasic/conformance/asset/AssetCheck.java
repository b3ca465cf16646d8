package dev.vtsbasic.conformance.asset;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.net.SocketException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests an asset and checks the response.
 *
 * <p>In header fields {@code {tag}} stands for the asset's ETag and {@code {date}} for its Last-Modified. The date may
 * be moved by seconds and use one of the obsolete formats: {@code {date-1 asctime}}.
 */
final class AssetCheck {
    private static final Pattern DATE = Pattern.compile("\\{date([+-]\\d+)?( rfc850| asctime)?}");

    /** The header fields of a 304 that must equal those of the 200 (RFC 9110 §15.4.5). */
    private static final List<String> KEPT = List.of("ETag", "Cache-Control", "Vary");

    private final Scene scene;
    private final String target;
    private final String[] fields;

    private AssetCheck(Scene scene, String target, String... fields) {
        this.scene = scene;
        this.target = target;
        this.fields = fields;
    }

    /**
     * Plays a GET for {@code target} and fails unless the response has this status and the matching fields and body.
     */
    static Case.Script gives(int status, String target, String... fields) {
        return scene -> new AssetCheck(scene, target, fields).check(status);
    }

    /** Like {@link #gives}, for a 206 with one range; both ends are inclusive. */
    static Case.Script givesPart(int first, int last, String target, String... fields) {
        return scene -> new AssetCheck(scene, target, fields).checkPart(first, last);
    }

    /** Like {@link #gives}, for a 206 with several ranges, such as {@code 0-1}, {@code 8-9}. */
    static Case.Script givesParts(List<String> ranges, String target, String... fields) {
        return scene -> new AssetCheck(scene, target, fields).checkParts(ranges);
    }

    /**
     * Sends a request, and a second one on the same connection, whose response is wrong if the first one did not end as
     * framed.
     */
    static Message ask(Scene scene, String methodAndTarget, String... fields) throws IOException {
        try (Wire client = scene.client()) {
            Message response = ask(client, methodAndTarget, fields);
            Message next = next(client);
            if (next != null) {
                Check.equal("the next response", AssetSite.content(AssetSite.TEN), next.body());
            }
            return response;
        }
    }

    /** Returns null when the server closed the connection instead. */
    private static Message next(Wire client) throws IOException {
        try {
            client.send(Scene.request("GET " + AssetSite.TEN));
        } catch (SocketException e) {
            return null;
        }
        return client.responseOrNull();
    }

    static Message ask(Wire client, String methodAndTarget, String... fields) throws IOException {
        client.send(Scene.request(methodAndTarget, fields));
        Message response = client.response(methodAndTarget.split(" ")[0]);
        Check.that(response.complete(), "the response is cut");
        return response;
    }

    /** Plays a request and fails unless its response has this status and the connection then serves another request. */
    static Case.Script leavesOpen(int status, String methodAndTarget, String... fields) {
        return scene -> {
            Wire client = scene.client();
            Check.status(status, ask(client, methodAndTarget, fields));
            Check.equal(
                    "the next response",
                    AssetSite.content(AssetSite.TEN),
                    ask(client, "GET " + AssetSite.TEN).body());
        };
    }

    static Message get(Scene scene, String target, String... fields) throws IOException {
        return ask(scene, "GET " + target, fields);
    }

    static String tag(Scene scene, String target, String... fields) throws IOException {
        return get(scene, target, fields).head().joined("ETag");
    }

    private void check(int status) throws IOException {
        Message plain = plain();
        Message response = get(scene, target, filled(plain));
        Check.status(status, response);
        Head head = response.head();
        switch (status) {
            case 200 -> {
                Check.equal("whole body", plain.body(), response.body());
                Check.equal("ETag", plain.head().joined("ETag"), head.joined("ETag"));
                Check.absent(head, "Content-Range");
            }
            case 304 -> {
                KEPT.forEach(name -> Check.equal(name, plain.head().joined(name), head.joined(name)));
                Check.absent(head, "Content-Range");
                Check.absent(head, "Content-Encoding");
            }
            case 416 -> {
                Check.equal("Content-Range", "bytes */" + plain.body().length(), head.joined("Content-Range"));
                checkNothingOf(plain, response);
            }
            default -> {
                Check.absent(head, "Content-Range");
                checkNothingOf(plain, response);
            }
        }
    }

    private static void checkNothingOf(Message plain, Message response) {
        Check.absent(response.head(), "Content-Encoding");
        Check.that(!response.body().equals(plain.body()) || plain.body().isEmpty(), "the asset is the body");
    }

    private void checkPart(int first, int last) throws IOException {
        Message plain = plain();
        Message response = get(scene, target, filled(plain));
        Check.status(206, response);
        Check.equal("Content-Range", range(first, last, plain), response.head().joined("Content-Range"));
        Check.equal("part", plain.body().substring(first, last + 1), response.body());
        Check.equal(
                "Content-Type",
                plain.head().joined("Content-Type"),
                response.head().joined("Content-Type"));
        checkSame(plain, response);
    }

    private void checkParts(List<String> ranges) throws IOException {
        Message plain = plain();
        Message response = get(scene, target, filled(plain));
        Check.status(206, response);
        Check.absent(response.head(), "Content-Range");
        checkSame(plain, response);
        Matcher type = Pattern.compile("multipart/byteranges; ?boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?")
                .matcher(response.head().joined("Content-Type"));
        Check.that(type.matches(), () -> "Content-Type: " + response.head().joined("Content-Type"));
        String delimiter = "\r\n--" + type.group(1);
        String left = response.body().startsWith("--") ? "\r\n" + response.body() : response.body();
        for (String range : ranges) {
            int first = Integer.parseInt(range.split("-")[0]);
            int last = Integer.parseInt(range.split("-")[1]);
            Check.that(left.startsWith(delimiter + "\r\n"), "no delimiter before " + range);
            int start = left.indexOf("\r\n\r\n") + 4;
            Head head = Head.parse(Wire.latin1("part" + left.substring(delimiter.length(), start)));
            Check.equal("Content-Type", type(plain.head()), type(head));
            Check.equal("Content-Range", range(first, last, plain), head.joined("Content-Range"));
            int end = start + last + 1 - first;
            Check.equal("part", plain.body().substring(first, last + 1), left.substring(start, end));
            left = left.substring(end);
        }
        Check.equal("the end", delimiter + "--", left.strip().isEmpty() ? left : "\r\n" + left.strip());
    }

    /** RFC 9110 §15.3.7: a 206 has the header fields that the 200 would have. */
    private static void checkSame(Message plain, Message response) {
        for (String name : List.of("ETag", "Cache-Control", "Vary", "Content-Encoding", "Last-Modified")) {
            Check.equal(name, plain.head().joined(name), response.head().joined(name));
        }
    }

    /** Removes the space after the semicolon, which only some servers write. */
    static String type(Head head) {
        return head.joined("Content-Type").replace("; ", ";");
    }

    private static String range(int first, int last, Message plain) {
        return "bytes " + first + "-" + last + "/" + plain.body().length();
    }

    /** Requests the whole asset in the same content coding. */
    private Message plain() throws IOException {
        Message plain = get(
                scene,
                target,
                Arrays.stream(fields)
                        .filter(field -> field.startsWith("Accept-Encoding:"))
                        .toArray(String[]::new));
        Check.status(200, plain);
        return plain;
    }

    private String[] filled(Message plain) {
        return Arrays.stream(fields).map(field -> fill(field, plain.head())).toArray(String[]::new);
    }

    static String fill(String field, Head plain) {
        return DATE.matcher(field.replace("{tag}", plain.joined("ETag"))).replaceAll(match -> {
            ZonedDateTime date =
                    ZonedDateTime.parse(plain.joined("Last-Modified"), DateTimeFormatter.RFC_1123_DATE_TIME);
            String moved = match.group(1);
            return format(date.plusSeconds(moved == null ? 0 : Integer.parseInt(moved)), match.group(2));
        });
    }

    /** RFC 9110 §5.6.7: the three formats of an HTTP date. */
    private static String format(ZonedDateTime date, String format) {
        String pattern = format == null
                ? "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
                : format.equals(" rfc850") ? "EEEE, dd-MMM-yy HH:mm:ss 'GMT'" : "EEE MMM ppd HH:mm:ss yyyy";
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(date.withZoneSameInstant(ZoneOffset.UTC));
    }
}
