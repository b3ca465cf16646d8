package dev.vtsbasic.conformance.harness;

import java.util.Objects;
import java.util.function.Supplier;

/** Assertions of the cases. */
public final class Check {
    private Check() {}

    public static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    public static void that(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise.get());
        }
    }

    public static void equal(String what, Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + Text.quote(String.valueOf(expected)) + ", got "
                    + Text.quote(String.valueOf(actual)));
        }
    }

    public static void absent(Head head, String name) {
        that(!head.has(name), name + " is there: " + Text.quote(head.joined(name)));
    }

    public static void status(int expected, Message message) {
        equal("status", expected, message.status());
    }

    /** @param got null when the connection ended before a head */
    public static void neverComplete(Message got) {
        that(
                got == null || got.status() >= 500 || !got.complete(),
                () -> "it looks complete: " + Text.quote(got.body()));
    }
}
