package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.Map;

/** What JMX shows of one deployment, and lets do with it. Totals are those since its start. */
public interface HostMXBean {
    /** Whether clients are wanted and a worker answers, asked now. */
    boolean isReady();

    /** Why it is not ready, asked now; empty when it is. */
    String getProblem();

    /** Whether clients are wanted. */
    LifecyclePhase getPhase();

    /** Of this program. */
    String getVersion();

    /** Empty when someone else runs it. */
    String getBunVersion();

    /** Names what the app was built to; empty when someone else runs it. */
    String getBuild();

    /** One for each place; none when they are not ours. */
    WorkerBean[] getWorkers();

    /** Workers that ended or were replaced, or did not become ready. */
    Map<RestartCause, Long> getWorkerRestarts();

    /** One for each kind of requests. */
    RequestStatsBean[] getRequests();

    /** How many wait now for a worker, or for their turn. */
    int getRequestsWaiting();

    /** How many had to wait for a worker, or for their turn. */
    long getRequestsHeld();

    /** How many were sent to a worker more than once. */
    long getRequestsRetried();

    /** How many were turned away before the app had them. */
    Map<ShedReason, Long> getRequestsShed();

    /** How many got no whole answer from the app. */
    Map<UpstreamError, Long> getUpstreamErrors();

    /** Answers to requests for static files that exist. */
    Map<ContentCoding, Long> getAssetResponses();

    /** Those of them that had nothing new to tell. */
    long getAssetsNotModified();

    /** Requests for a file in the directory of hashed assets that no build has. */
    long getUnknownAssets();

    /** Begins to replace the workers, one after the other; false when they are not ours. */
    boolean restart();

    /** Sends clients elsewhere, and serves those who come all the same. */
    void drain();

    /** Takes that back; false when a stop has begun. */
    boolean resume();
}
