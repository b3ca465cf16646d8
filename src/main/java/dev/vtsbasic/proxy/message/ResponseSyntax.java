package dev.vtsbasic.proxy.message;

import dev.vtsbasic.syntax.FieldSyntax;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ProtocolException;

/**
 * Checks the head and the trailers of a worker's response. HttpCore accepts malformed ones, which a client could read
 * as two responses.
 */
public final class ResponseSyntax {
    private static final int MIN_STATUS = 100;
    private static final int MAX_STATUS = 999;

    private ResponseSyntax() {}

    /**
     * Checks a head.
     *
     * @throws ProtocolException when the status is not in 100 to 999, a field is malformed, or the
     *     Content-Length has a sign
     */
    public static void check(ClassicHttpResponse head) throws ProtocolException {
        if (head.getCode() < MIN_STATUS || head.getCode() > MAX_STATUS) {
            throw new ProtocolException("The status is " + head.getCode());
        }
        check(head.getHeaders());
        for (Header length : head.getHeaders("Content-Length")) {
            // RFC 9110 §8.6 has no sign, but HttpCore accepts this one.
            if (length.getValue() != null && length.getValue().startsWith("+")) {
                throw new ProtocolException("The Content-Length has a sign");
            }
        }
    }

    /**
     * Checks header or trailer fields.
     *
     * @throws ProtocolException at the first name that is not a token, or value that has a control character other than
     *     tab
     */
    public static void check(Header[] fields) throws ProtocolException {
        for (Header field : fields) {
            if (!FieldSyntax.isToken(field.getName())) {
                throw new ProtocolException("A field has the name \"" + field.getName() + "\"");
            }
            if (field.getValue() != null && !FieldSyntax.isValue(field.getValue())) {
                throw new ProtocolException("A control character is in the field " + field.getName());
            }
        }
    }
}
