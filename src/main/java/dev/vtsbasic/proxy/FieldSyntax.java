package dev.vtsbasic.proxy;

import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.ProtocolException;

/** What header fields may consist of (RFC 9110 §5.1, §5.5); HttpCore lets more pass, of which a client could make two. */
final class FieldSyntax {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private FieldSyntax() {}

    /** @throws ProtocolException for the first name that is not a token or value with a control character */
    static void check(HttpMessage message) throws ProtocolException {
        for (Header header : message.getHeaders()) {
            if (!isToken(header.getName())) {
                throw new ProtocolException("A field has the name \"" + header.getName() + "\"");
            }
            if (header.getValue() != null && hasControl(header.getValue())) {
                throw new ProtocolException("A control character is in the field " + header.getName());
            }
        }
    }

    static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean hasControl(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return true;
            }
        }
        return false;
    }
}
