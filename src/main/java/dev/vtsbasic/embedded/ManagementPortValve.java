package dev.vtsbasic.embedded;

import dev.vtsbasic.settings.Settings;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Serves management on its own port only, and everything else on the public port only. The public port also serves live
 * and ready, because probes and load balancers may not reach the management port.
 */
final class ManagementPortValve extends ValveBase {
    private static final Set<String> SERVLETS = Set.of("management", "status");

    private final Connector connector;
    private final Set<String> probes;

    ManagementPortValve(Connector connector, Settings settings) {
        super(true);
        this.connector = connector;
        String prefix = settings.server().contextPath() + settings.management().path();
        this.probes = Set.of(prefix + "/live", prefix + "/ready");
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        // The servlet that the container has chosen decides, because a path can be written in many ways.
        boolean managed = request.getWrapper() != null
                && SERVLETS.contains(request.getWrapper().getName());
        boolean here = request.getConnector() == connector;
        if (managed == here || managed && probes.contains(request.getRequestURI())) {
            getNext().invoke(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
