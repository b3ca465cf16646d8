package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.Map;

/** The figures and operations of one deployment in JMX. Totals count from its start. */
public interface HostMXBean {
    /** Whether a worker responds to a probe now, and neither a drain nor a stop has begun; slow when a worker hangs. */
    boolean isReady();

    /** Why the deployment is not ready, by a probe now; empty when it is ready; slow when a worker hangs. */
    String getProblem();

    /** Whether load balancers should send requests. */
    LifecyclePhase getPhase();

    /** Version of this program. */
    String getVersion();

    /** Version of Bun; empty with {@code VTS_UPSTREAM}. */
    String getBunVersion();

    /** Identifier of the app's build; empty with {@code VTS_UPSTREAM}. */
    String getBuild();

    /** One for each worker slot; none with {@code VTS_UPSTREAM}. */
    WorkerBean[] getWorkers();

    /** Workers that ended, were replaced or did not become ready, by cause. */
    Map<RestartCause, Long> getWorkerRestarts();

    /** One for each kind of request. */
    RequestStatsBean[] getRequests();

    /** Requests that wait now for a worker, or for a permit of {@code VTS_MAX_CONCURRENT}. */
    int getRequestsWaiting();

    /** Requests that had to wait for a worker, or for a permit of {@code VTS_MAX_CONCURRENT}. */
    long getRequestsHeld();

    /** Requests that were sent to a worker more than once. */
    long getRequestsRetried();

    /** Requests that were refused before the app had them, by reason. */
    Map<ShedReason, Long> getRequestsShed();

    /** Requests that got no complete response from the app, by cause. */
    Map<UpstreamError, Long> getUpstreamErrors();

    /** Responses to requests for static files that exist, by content coding. */
    Map<ContentCoding, Long> getAssetResponses();

    /** Responses among {@link #getAssetResponses} with the status 304. */
    long getAssetsNotModified();

    /** Requests for a file in the directory of hashed assets that no build has. */
    long getUnknownAssets();

    /** Begins to replace the workers, one after the other; false with {@code VTS_UPSTREAM}. */
    boolean restart();

    /** Reports "not ready", so that load balancers choose other instances, and still serves every request. */
    void drain();

    /** Ends a drain, if there is one; false when a stop has begun. */
    boolean resume();
}
