package dev.vtsbasic.testing.mix;

import java.util.List;

/**
 * A response, whose header field and body must consist of the request's token.
 *
 * @param tokens the values of its {@code X-Token} fields
 * @param closes whether the server closes the connection after it
 */
record TokenResponse(int status, List<String> tokens, String body, boolean closes) {
    void check(String token, String expected) {
        Check.that(status == 200, "not 200");
        Check.that(List.of(token).equals(tokens), "not its own field");
        Check.that(expected.equals(body), difference(expected, body));
    }

    private static String difference(String body, String actual) {
        int end = Math.min(body.length(), actual.length());
        int at = 0;
        while (at < end && body.charAt(at) == actual.charAt(at)) {
            at++;
        }
        return "not its own body, of " + actual.length() + " octets for " + body.length() + ", at " + at + ": "
                + actual.substring(at, Math.min(actual.length(), at + 40));
    }

    /** Checks bytes that may be cut anywhere. */
    static void checkWithinOneResponse(String octets, String token) {
        Check.that(octets.startsWith("HTTP/1.1 200 "), "not 200");
        checkNoOther(octets.substring(1), token);
    }

    static void checkNoOther(String octets, String token) {
        Check.that(!octets.contains("HTTP/1."), "another answer");
        for (int at = octets.indexOf("t0"); at >= 0; at = octets.indexOf("t0", at + 1)) {
            String found = octets.substring(at, Math.min(octets.length(), at + token.length()));
            Check.that(token.startsWith(found), "another one's token");
        }
    }
}
