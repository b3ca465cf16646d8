package dev.vtsbasic.traffic;

/** The result of a request for a static file, by the status of the response. */
public enum AssetOutcome {
    WHOLE(200),
    PART(206),
    NOT_MODIFIED(304),
    /** No file has this name. */
    UNKNOWN(404),
    NOT_ALLOWED(405),
    NOT_ACCEPTABLE(406),
    PRECONDITION_FAILED(412),
    NO_SUCH_RANGE(416);

    private final int status;

    AssetOutcome(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
