package dev.vtsbasic.embedded.connector;

import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ProtocolHandler;

/**
 * Sends the Content-Type of a response as it was set. Tomcat parses the value to find the charset for a writer, and
 * sends it in another form; no part of this application uses a writer.
 */
public final class VerbatimConnector extends Connector {
    public VerbatimConnector(ProtocolHandler protocol) {
        super(protocol);
    }

    @Override
    public Response createResponse(org.apache.coyote.Response coyoteResponse) {
        return new VerbatimResponse(coyoteResponse);
    }

    private static final class VerbatimResponse extends Response {
        VerbatimResponse(org.apache.coyote.Response coyoteResponse) {
            super(coyoteResponse);
        }

        @Override
        public void setContentType(String type) {
            if (type == null) {
                super.setContentType(null);
            } else if (!isCommitted() && !included) {
                getCoyoteResponse().setContentTypeNoCharset(type);
            }
        }
    }
}
