package dev.vtsbasic.app;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.header.SecurityHeadersFilter;
import dev.vtsbasic.limit.RateLimitFilter;
import dev.vtsbasic.manage.ManagementAccess;
import dev.vtsbasic.manage.ManagementServlet;
import dev.vtsbasic.page.MaintenanceFilter;
import dev.vtsbasic.settings.LimitRules;
import dev.vtsbasic.settings.ManagementSettings;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.status.StatusServlet;
import dev.vtsbasic.syntax.RequestSyntaxFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/** Registers the filters and servlets of a request, in the order in which the request passes them. */
final class RequestPipeline {
    private static final String MANAGEMENT = "management";
    private static final String STATUS = "status";
    private static final String PROXY = "proxy";

    private final ServletContext context;

    private RequestPipeline(ServletContext context) {
        this.context = context;
    }

    /** Registers all filters and servlets. */
    static void register(
            ServletContext context, ApplicationParts parts, ManagementServlet management, StatusServlet status) {
        Settings settings = parts.settings();
        RequestPipeline pipeline = new RequestPipeline(context);

        // Every request is counted and logged, refused if malformed, and served from a file if there is one.
        pipeline.first("traffic", parts.requests().traffic());
        pipeline.first(
                "request-syntax", new RequestSyntaxFilter(parts.requests().pages()));
        pipeline.first("assets", parts.requests().assets());

        // Management has /-/live, /-/ready, /-/metrics and the status page.
        context.addServlet(MANAGEMENT, management)
                .addMapping(settings.management().path() + "/*");
        pipeline.servlet(STATUS, status, statusPath(parts) + "/*");
        pipeline.before("security-headers", new SecurityHeadersFilter(securityHeaders(settings)), MANAGEMENT, STATUS);

        // Other requests pass the maintenance page and the rate limits, then the proxy with its permits, cache and
        // exchanges.
        pipeline.servlet(PROXY, parts.requests().proxy(), "/*");
        settings.proxy()
                .maintenance()
                .ifPresent(file -> pipeline.before(
                        "maintenance",
                        new MaintenanceFilter(file, parts.requests().pages()),
                        PROXY));
        LimitRules limits = settings.proxy().limits();
        if (limits.rate().isPresent() || limits.ratePerClient().isPresent()) {
            pipeline.before(
                    "rate-limit", new RateLimitFilter(limits, parts.requests().pages()), PROXY);
        }
    }

    /** The access rules of the management endpoints. */
    static ManagementAccess access(ApplicationParts parts) {
        ManagementSettings management = parts.settings().management();
        return new ManagementAccess(
                operatorTokens(parts), management.metricsToken(), management.networks(), management.hosts());
    }

    static String statusPath(ApplicationParts parts) {
        return parts.settings().management().path() + "/status";
    }

    static SecurityHeaders securityHeaders(Settings settings) {
        return new SecurityHeaders(
                settings.proxy().securityHeaders(), settings.proxy().trustedProxies());
    }

    private static List<String> operatorTokens(ApplicationParts parts) {
        return Stream.concat(Stream.of(parts.operator().token().text()), parts.settings().management().token().stream())
                .toList();
    }

    /**
     * Adds a filter for all requests, after those that were added before. The filter is to match after declared
     * mappings, because WildFly reverses the order of filters that are to match before them.
     */
    private void first(String name, Filter filter) {
        FilterRegistration.Dynamic registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
    }

    private void before(String name, Filter filter, String... servlets) {
        FilterRegistration.Dynamic registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, servlets);
    }

    private void servlet(String name, Servlet servlet, String mapping) {
        ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
        registration.setAsyncSupported(true);
        registration.addMapping(mapping);
    }
}
