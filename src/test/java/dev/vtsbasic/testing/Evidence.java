package dev.vtsbasic.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The running test's observations: the output of the programs that it started and the bytes on its connections.
 * {@link FailureReport} adds them to a failure. A thread that a test starts adds to the test's evidence. Thread-safe.
 */
public final class Evidence {
    /** The limit of items: a soak test makes thousands of connections, and the last ones show what failed. */
    private static final int MAX_ITEMS = 40;

    private static final int MAX_CHARACTERS = 60_000;

    private static final InheritableThreadLocal<Evidence> CURRENT = new InheritableThreadLocal<>();

    private final List<Item> items = new ArrayList<>();
    private int kept;

    private record Item(String title, Supplier<String> content) {}

    /** Evidence of the enclosing class; null when there is none. */
    private final Evidence outer;

    private Evidence(Evidence outer) {
        this.outer = outer;
    }

    /**
     * Begins the evidence of a class, which also holds that of its tests, one after the other.
     *
     * @param outer evidence of the enclosing class; null when there is none
     */
    static Evidence begin(Evidence outer) {
        Evidence evidence = new Evidence(outer);
        CURRENT.set(evidence);
        return evidence;
    }

    /** Ends the evidence of a class; that of the enclosing class continues. */
    static void end() {
        Evidence ended = CURRENT.get();
        if (ended == null || ended.outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(ended.outer);
        }
    }

    /**
     * Adds evidence for the test of the current thread; does nothing outside a test.
     *
     * @param content called only after the test has failed
     */
    public static void add(String title, Supplier<String> content) {
        Evidence evidence = CURRENT.get();
        if (evidence != null) {
            evidence.addItem(new Item(title, content));
        }
    }

    private synchronized void addItem(Item item) {
        if (items.size() - kept >= MAX_ITEMS) {
            items.remove(kept);
        }
        items.add(item);
    }

    /** Keeps the items added so far for all later tests of the class. */
    synchronized void keep() {
        kept = items.size();
    }

    /** Drops the items added since {@link #keep}. */
    synchronized void forget() {
        items.subList(kept, items.size()).clear();
    }

    synchronized String text() {
        StringBuilder text = new StringBuilder(outer == null ? "" : outer.text());
        for (Item item : items) {
            String content = item.content.get();
            int skipped = Math.max(0, content.length() - MAX_CHARACTERS);
            text.append("\n--- ").append(item.title);
            if (skipped > 0) {
                text.append(" (without the first ").append(skipped).append(" characters)");
            }
            text.append('\n').append(content, skipped, content.length());
        }
        return text.toString();
    }
}
