package dev.vtsbasic.bun.pool;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.LeasedRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the {@link RequestBlocklist} of the ends of workers and of the responses after which a worker kept running, and
 * logs the requests that it blocks. The pool's lock guards it, except {@link #hasAny} and {@link #log}.
 */
final class SuspicionTracker {
    private static final Logger LOG = LoggerFactory.getLogger(SuspicionTracker.class);

    /** Size limit of {@link #watched}. */
    private static final int MAX_WATCHED = 1000;

    private final RequestBlocklist blocklist = new RequestBlocklist(System::nanoTime);

    /** While this is false, no request is suspected, so the thread of a response need not take the lock. */
    private volatile boolean any;

    /** Responses for which it is not known yet whether their workers keep running; oldest first. */
    private final Deque<Response> watched = new ArrayDeque<>();

    /** A response and its worker. {@link #wasSurvived} is to be called once the longest delay of an exit has passed. */
    private record Response(WorkerLoad load, LeasedRequest request, long at) {
        boolean wasSurvived() {
            return load.survivedFor(at, ExitEvidence.MAX_DELAYED_EXIT_NANOS);
        }
    }

    /** Whether any request is suspected or blocked. */
    boolean hasAny() {
        return any;
    }

    boolean isBlocked(LeasedRequest request) {
        return blocklist.isBlocked(request);
    }

    List<BlockedRequest> blocked() {
        return blocklist.blocked();
    }

    /** Records the end of a worker, and returns the requests that are blocked from now on. */
    List<BlockedRequest> recordEnd(ExitEvidence evidence) {
        List<BlockedRequest> newlyBlocked = blocklist.recordEnd(evidence.suspectRequests(), evidence.doubtRequests());
        any = !blocklist.isEmpty();
        return newlyBlocked;
    }

    /** Records a complete response, and returns the requests that are blocked from now on. */
    List<BlockedRequest> recordResponse(WorkerLoad load, LeasedRequest request) {
        List<BlockedRequest> newlyBlocked = new ArrayList<>(blocklist.recordResponse(request));
        long now = System.nanoTime();
        while (!watched.isEmpty() && now - watched.getFirst().at >= ExitEvidence.MAX_DELAYED_EXIT_NANOS) {
            Response response = watched.removeFirst();
            if (response.wasSurvived()) {
                newlyBlocked.addAll(blocklist.recordSurvival(response.request));
            }
        }
        if (blocklist.hasDoubts() && watched.size() < MAX_WATCHED) {
            watched.add(new Response(load, request, now));
        }
        any = !blocklist.isEmpty();
        return newlyBlocked;
    }

    /** Unblocks all requests, and forgets all suspicions. */
    void clear() {
        blocklist.clear();
        watched.clear();
        any = false;
    }

    /** Logs the blocked requests. To be called without the lock. */
    static void log(List<BlockedRequest> newlyBlocked) {
        newlyBlocked.forEach(request -> Event.REQUEST_BLOCKED.log(
                LOG,
                "{request} ended {workers} workers, and is answered 502 without being sent for {seconds} s",
                request.request(),
                request.workers(),
                RequestBlocklist.BLOCKED_FOR.toSeconds()));
    }
}
