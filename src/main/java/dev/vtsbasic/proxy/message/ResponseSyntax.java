package dev.vtsbasic.proxy.message;

import dev.vtsbasic.syntax.FieldSyntax;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ProtocolException;

/** What a worker may answer; HttpCore lets more pass, of which a client could make two answers. */
public final class ResponseSyntax {
    private static final int FIRST_STATUS = 100;
    private static final int LAST_STATUS = 999;

    private ResponseSyntax() {}

    /** @throws ProtocolException when the status has not three digits or a field is malformed */
    public static void check(ClassicHttpResponse head) throws ProtocolException {
        if (head.getCode() < FIRST_STATUS || head.getCode() > LAST_STATUS) {
            throw new ProtocolException("The status is " + head.getCode());
        }
        check(head.getHeaders());
    }

    /** @throws ProtocolException for the first name that is not a token or value with a control character */
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
