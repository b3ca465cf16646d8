package dev.vtsbasic.traffic;

/** The first digit of a response's status. */
public enum StatusClass {
    /** There was no response, because the client had disconnected; or the status is not one from 100 to 599. */
    NONE,
    INFORMATIONAL,
    SUCCESSFUL,
    REDIRECTION,
    CLIENT_ERROR,
    SERVER_ERROR;

    private static final StatusClass[] ALL = values();

    /** {@code 2xx} and so on, for metrics and people. */
    public String label() {
        return this == NONE ? "none" : ordinal() + "xx";
    }

    static StatusClass of(int status) {
        int digit = status / 100;
        return digit > 0 && digit < ALL.length ? ALL[digit] : NONE;
    }
}
