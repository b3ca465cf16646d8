package dev.vtsbasic.manage;

/** Whether load balancers should send requests to a deployment. */
public enum LifecyclePhase {
    SERVING,
    /** The deployment reports "not ready" until an operator resumes it, and still serves every request. */
    DRAINING,
    /** Like {@link #DRAINING}, but for good, because a stop has begun. */
    STOPPING
}
