package dev.vtsbasic.embedded;

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
import org.apache.tomcat.util.net.SocketEvent;

/**
 * Keeps a connection of HTTP/1.1 open after an error that the app has answered with. Tomcat closes it after some statuses,
 * whoever they come from, because they may mean that it has not understood the request; of the app's they mean nothing of
 * the kind. Tomcat looks at the status when it composes the head and when the servlet has returned: both times it is shown
 * another one. Stands between a processor and both the response and the adapter of that.
 */
final class ErrorKeepAlive implements ActionHook, Adapter {
    private static final Set<Integer> CLOSING = Set.of(400, 408, 411, 413, 414, 500, 501, 503);

    /** Tomcat keeps the connection after this error, which is sent as those are. */
    private static final int NOT_CLOSING = 409;

    private static final Set<ActionCode> COMMITTING =
            EnumSet.of(ActionCode.COMMIT, ActionCode.CLIENT_FLUSH, ActionCode.CLOSE);

    private final AbstractProcessor processor;
    private final Adapter adapter;
    private final Request request;
    private final Response response;
    private final HeadBuffer head;
    private boolean applied;

    /** @throws IllegalStateException when this Tomcat is not as expected */
    ErrorKeepAlive(AbstractProcessor processor, Adapter adapter, Request request, Response response, HeadBuffer head) {
        this.processor = processor;
        this.adapter = adapter;
        this.request = request;
        this.response = response;
        this.head = head;
        try {
            Method hook = Response.class.getDeclaredMethod("setHook", ActionHook.class);
            hook.setAccessible(true);
            hook.invoke(response, this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Tomcat's answers cannot be composed", e);
        }
    }

    @Override
    public void action(ActionCode code, Object parameter) {
        if (COMMITTING.contains(code) && !response.isCommitted()) {
            int status = response.getStatus();
            applied = CLOSING.contains(status) && isOfApp();
            if (applied) {
                commit(status);
            }
        }
        processor.action(code, parameter);
    }

    private boolean isOfApp() {
        return request.getNote(CoyoteAdapter.ADAPTER_NOTES) instanceof org.apache.catalina.connector.Request servlets
                && RequestRecord.isAnsweredByApp(servlets);
    }

    private void commit(int status) {
        head.sendInstead(status);
        response.setStatus(NOT_CLOSING);
        try {
            processor.action(ActionCode.COMMIT, null);
        } finally {
            response.setStatus(status);
            head.sendInstead(0);
        }
    }

    @Override
    public void service(Request served, Response answer) throws Exception {
        adapter.service(served, answer);
        // The access log has the status by now, unless the answer goes on elsewhere.
        if (answer == response && response.isCommitted() && applied && !processor.isAsync()) {
            response.setStatus(NOT_CLOSING);
        }
    }

    @Override
    public boolean prepare(Request served, Response answer) throws Exception {
        return adapter.prepare(served, answer);
    }

    @Override
    public boolean asyncDispatch(Request served, Response answer, SocketEvent event) throws Exception {
        return adapter.asyncDispatch(served, answer, event);
    }

    @Override
    public void log(Request served, Response answer, long time) {
        adapter.log(served, answer, time);
    }

    @Override
    public void checkRecycled(Request served, Response answer) {
        adapter.checkRecycled(served, answer);
    }

    @Override
    public String getDomain() {
        return adapter.getDomain();
    }
}
