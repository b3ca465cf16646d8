package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The values that belong to one exchange.
 *
 * @param request as the client sent it, or as the shared cache changed it to validate a stored response
 * @param forwarded the header fields that tell the app about the client
 * @param body the request's body; null when there is none
 * @param response where the response goes; guarded, or the shared cache's
 * @param client the client's connection
 * @param watched ends the exchange when the worker is silent for too long or the client has left
 * @param endless is called once when the response turns out to be an event stream or a tunnel, which has no end of its own
 * @param upgrade the client's offer to switch protocols; null when there is none
 */
public record ExchangeContext(
        InboundRequest request,
        ForwardedHeaders forwarded,
        RequestBody body,
        HttpServletResponse response,
        ClientConnection client,
        Watchdog.Watched watched,
        Runnable endless,
        ProtocolSwitch upgrade) {

    /** The same exchange with another request and another response. */
    public ExchangeContext with(InboundRequest otherRequest, HttpServletResponse otherResponse) {
        return new ExchangeContext(otherRequest, forwarded, body, otherResponse, client, watched, endless, upgrade);
    }

    /** The same exchange, which runs one more action when the response turns out to have no end of its own. */
    public ExchangeContext beforeEndless(Runnable action) {
        Runnable both = () -> {
            action.run();
            endless.run();
        };
        return new ExchangeContext(request, forwarded, body, response, client, watched, both, upgrade);
    }
}
