package dev.vtsbasic.asset;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.settings.AssetRule;
import dev.vtsbasic.settings.AssetSettings;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A server with an asset filter in front of an app. */
abstract class AssetFilterScene {
    static final String LARGE = "0123456789abcdef".repeat((1 << 16) + 1);

    static AssetFilter filter(Path client, AssetRule... rules) throws IOException {
        AssetSettings settings = new AssetSettings(List.of(rules), 1 << 20, Optional.empty());
        AssetFilter filter =
                new AssetFilter(settings, jobs -> {}, new SecurityHeaders(false, List.of()), new InFlightRequests());
        filter.makeCurrent(filter.add(client, Set.of()));
        return filter;
    }

    static void register(ServletContext context, AssetFilter filter) {
        context.addFilter("assets", filter).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        context.addServlet("app", new App()).addMapping("/*");
    }

    /** A servlet in place of the app. */
    static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getOutputStream().print("app saw " + request.getRequestURI());
        }
    }
}
