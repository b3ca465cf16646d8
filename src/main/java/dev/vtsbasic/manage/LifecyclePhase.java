package dev.vtsbasic.manage;

/** Whether a deployment wants clients. */
public enum LifecyclePhase {
    SERVING,
    /** They are to go elsewhere until someone resumes; who comes all the same is served. */
    DRAINING,
    /** As before, but for good. */
    STOPPING
}
