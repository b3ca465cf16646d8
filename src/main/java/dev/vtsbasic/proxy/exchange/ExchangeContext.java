package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The values that belong to one exchange. They are more than five, because each may differ from the client's own: the
 * shared cache exchanges request and response, and renews a stored response without body, client and upgrade.
 *
 * @param request as the client sent it, or as the shared cache changed it to validate a stored response
 * @param forwarded the header fields that tell the app about the client
 * @param body the request's body; null when there is none
 * @param response receives the response; guarded, or the shared cache's
 * @param client the client's connection
 * @param watched ends the exchange when the worker sends nothing for too long or the client has left
 * @param upgrade the client's offer to switch protocols; null when there is none
 */
public record ExchangeContext(
        InboundRequest request,
        ForwardedHeaders forwarded,
        RequestBody body,
        HttpServletResponse response,
        ClientConnection client,
        Watchdog.Watched watched,
        ProtocolSwitch upgrade) {

    /** The same exchange with another request and another response. */
    public ExchangeContext with(InboundRequest otherRequest, HttpServletResponse otherResponse) {
        return new ExchangeContext(otherRequest, forwarded, body, otherResponse, client, watched, upgrade);
    }

    RequestRecord record() {
        return request.record();
    }
}
