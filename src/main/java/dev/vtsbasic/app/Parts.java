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
 * The parts of a running application, in the order in which they are made.
 *
 * @param copies builds that were written for a base path
 * @param bundledApp the app in the WAR, if that is what is served
 * @param upstream the workers, or the server of {@code VTS_UPSTREAM}
 * @param inFlight requests that a stop waits for
 * @param watcher puts new builds into service, where the settings name a directory that may change
 * @param operator the token by which the commands of this user manage the server
 */
record Parts(
        Settings settings,
        BasePathCopies copies,
        Optional<BundledApp> bundledApp,
        Upstream upstream,
        InFlightRequests inFlight,
        AssetFilter assets,
        Pages pages,
        ProxyServlet proxy,
        Optional<BuildWatcher> watcher,
        Optional<AccessLog> accessLog,
        TrafficFilter traffic,
        OperatorTokenFile operator,
        DrainState drain) {}
