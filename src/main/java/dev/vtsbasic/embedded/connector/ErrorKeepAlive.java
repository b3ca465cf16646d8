package dev.vtsbasic.embedded.connector;

import dev.vtsbasic.traffic.RequestRecord;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;

/**
 * Keeps an HTTP/1.1 connection open after an error response of the app. Tomcat closes the connection after some
 * statuses, whether the app or Tomcat chose them, because Tomcat may have failed to parse the request; a status of the
 * app has no such meaning. Tomcat checks the status when it composes the head and when the servlet has returned. This
 * class stands between a processor and its response and adapter, and shows Tomcat another status both times.
 */
final class ErrorKeepAlive extends DelegatingAdapter implements ActionHook {
    private static final Set<Integer> CLOSING = Set.of(400, 408, 411, 413, 414, 500, 501, 503);

    /** Tomcat keeps the connection open after this error, but otherwise treats it as the {@link #CLOSING} ones. */
    private static final int NOT_CLOSING = 409;

    private static final Set<ActionCode> COMMITTING =
            EnumSet.of(ActionCode.COMMIT, ActionCode.CLIENT_FLUSH, ActionCode.CLOSE);

    private final AbstractProcessor processor;
    private final Request request;
    private final Response response;
    private final HeadBuffer head;
    private boolean applied;

    /** @throws IllegalStateException when this version of Tomcat has other internals */
    ErrorKeepAlive(AbstractProcessor processor, Adapter adapter, Request request, Response response, HeadBuffer head) {
        super(adapter);
        this.processor = processor;
        this.request = request;
        this.response = response;
        this.head = head;
        try {
            Method hook = Response.class.getDeclaredMethod("setHook", ActionHook.class);
            hook.setAccessible(true);
            hook.invoke(response, this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Tomcat's response heads cannot be composed", e);
        }
    }

    @Override
    public void action(ActionCode code, Object parameter) {
        if (COMMITTING.contains(code) && !response.isCommitted()) {
            int status = response.getStatus();
            applied = CLOSING.contains(status) && isStatusOfApp();
            if (applied) {
                commit(status);
            }
        }
        processor.action(code, parameter);
    }

    private boolean isStatusOfApp() {
        return request.getNote(CoyoteAdapter.ADAPTER_NOTES)
                        instanceof org.apache.catalina.connector.Request servletRequest
                && RequestRecord.isResponseOfApp(servletRequest);
    }

    private void commit(int status) {
        head.sendInstead(status);
        response.setStatus(NOT_CLOSING);
        try {
            processor.action(ActionCode.COMMIT, null);
        } finally {
            response.setStatus(status);
            head.sendResponseStatus();
        }
    }

    @Override
    public void service(Request served, Response result) throws Exception {
        super.service(served, result);
        // By now the access log has the real status, unless the response continues asynchronously.
        if (result == response && response.isCommitted() && applied && !processor.isAsync()) {
            response.setStatus(NOT_CLOSING);
        }
    }
}
