package dev.vtsbasic.app;

import dev.vtsbasic.asset.AssetFilter;
import dev.vtsbasic.bun.Upstream;
import dev.vtsbasic.deploy.BasePathCopies;
import dev.vtsbasic.deploy.BuildWatcher;
import dev.vtsbasic.manage.DrainState;
import dev.vtsbasic.manage.OperatorTokenFile;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.proxy.ProxyServlet;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.traffic.AccessLog;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.TrafficFilter;
import dev.vtsbasic.war.BundledApp;
import java.util.Optional;

/**
 * The parts of a running application.
 *
 * @param upstream the workers, or the server of {@code VTS_UPSTREAM}
 */
record ApplicationParts(
        Settings settings, BuildParts build, Upstream upstream, RequestParts requests, OperatorParts operator) {
    /**
     * The build that is served.
     *
     * @param copies builds that were written for a base path
     * @param bundledApp the app in the WAR; empty if {@code VTS_APP_DIR} names another
     * @param watcher puts new builds into service; present if {@code VTS_APP_DIR} is set and this program runs the
     *     workers
     */
    record BuildParts(BasePathCopies copies, Optional<BundledApp> bundledApp, Optional<BuildWatcher> watcher) {}

    /**
     * The parts that a request passes.
     *
     * @param inFlight counts the requests that a stop waits for
     */
    record RequestParts(
            TrafficFilter traffic, AssetFilter assets, Pages pages, ProxyServlet proxy, InFlightRequests inFlight) {}

    /**
     * The parts that an operator uses.
     *
     * @param token the token with which the commands of this user manage the server
     */
    record OperatorParts(OperatorTokenFile token, DrainState drain, Optional<AccessLog> accessLog) {}
}
