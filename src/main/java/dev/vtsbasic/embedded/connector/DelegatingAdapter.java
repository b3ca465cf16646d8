package dev.vtsbasic.embedded.connector;

import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/** Passes every call to Tomcat's own adapter, so that a subclass overrides only the calls that it changes. */
public abstract class DelegatingAdapter implements Adapter {
    private final Adapter adapter;

    protected DelegatingAdapter(Adapter adapter) {
        this.adapter = adapter;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        adapter.service(request, response);
    }

    @Override
    public final boolean prepare(Request request, Response response) throws Exception {
        return adapter.prepare(request, response);
    }

    @Override
    public final boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
        return adapter.asyncDispatch(request, response, event);
    }

    @Override
    public final void log(Request request, Response response, long time) {
        adapter.log(request, response, time);
    }

    @Override
    public final void checkRecycled(Request request, Response response) {
        adapter.checkRecycled(request, response);
    }

    @Override
    public final String getDomain() {
        return adapter.getDomain();
    }
}
