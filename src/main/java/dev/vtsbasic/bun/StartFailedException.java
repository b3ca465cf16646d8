package dev.vtsbasic.bun;

/** A worker did not become ready. */
final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient BunFailure failure;
    private final boolean hadRequests;

    StartFailedException(BunFailure.Reason reason, String message, Throwable cause) {
        this(reason, message, false, cause);
    }

    /** @param hadRequests whether a client's request had been sent to the worker, and may have ended it */
    StartFailedException(BunFailure.Reason reason, String message, boolean hadRequests, Throwable cause) {
        super(message, cause);
        this.failure = new BunFailure(reason, message);
        this.hadRequests = hadRequests;
    }

    BunFailure failure() {
        return failure;
    }

    boolean hadRequests() {
        return hadRequests;
    }
}
