package dev.vtsbasic.traffic;

/** The first digit of an answer's status. */
public enum StatusClass {
    /** There was no answer: its client had left. */
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
