package dev.vtsbasic.embedded;

import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ProtocolHandler;

/**
 * Its answers have the Content-Type that was set. Tomcat takes it apart to find the charset for a writer, which no part of
 * this application uses, and puts it together in another way.
 */
final class VerbatimConnector extends Connector {
    VerbatimConnector(ProtocolHandler protocol) {
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
