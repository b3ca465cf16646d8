package dev.vtsbasic.conformance;

import java.util.Objects;
import java.util.function.Supplier;

/** What a case says about what it saw. */
final class Check {
    private Check() {}

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    static void that(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise.get());
        }
    }

    static void equal(String what, Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + Text.quote(String.valueOf(expected)) + ", got "
                    + Text.quote(String.valueOf(actual)));
        }
    }

    static void absent(Head head, String name) {
        that(!head.has(name), name + " is there: " + Text.quote(head.joined(name)));
    }

    static void status(int expected, Message message) {
        equal("status", expected, message.status());
    }
}
