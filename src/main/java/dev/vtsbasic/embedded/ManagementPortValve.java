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
 * Keeps apart what is managed and what is public, each on its port. Whether the public one is ready is asked there, as
 * probes and balancers do who cannot reach the other.
 */
final class ManagementPortValve extends ValveBase {
    private static final Set<String> SERVLETS = Set.of("management", "status");

    private final Connector connector;
    private final Set<String> probes;

    ManagementPortValve(Connector connector, Settings settings) {
        super(true);
        this.connector = connector;
        String prefix = settings.contextPath() + settings.managementPath();
        this.probes = Set.of(prefix + "/live", prefix + "/ready");
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        // By what the container has decided, however the path is written.
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
