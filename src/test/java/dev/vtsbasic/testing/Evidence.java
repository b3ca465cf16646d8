package dev.vtsbasic.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the running test has seen: the output of the programs that it started, the octets on its connections. {@link
 * FailureReport} adds it to a failure. A thread that a test starts adds to the test's evidence.
 */
public final class Evidence {
    /** A soak makes thousands of connections, of which the last ones tell what failed. */
    private static final int MAX_ITEMS = 40;

    private static final int MAX_CHARACTERS = 60_000;

    private static final InheritableThreadLocal<Evidence> CURRENT = new InheritableThreadLocal<>();

    private final List<Item> items = new ArrayList<>();
    private int kept;

    private record Item(String title, Supplier<String> content) {}

    /** Of the class around this one; null when there is none. */
    private final Evidence outer;

    private Evidence(Evidence outer) {
        this.outer = outer;
    }

    /**
     * Evidence of a class, and of one test of it after the other.
     *
     * @param outer of the class around it; null when there is none
     */
    static Evidence begin(Evidence outer) {
        Evidence evidence = new Evidence(outer);
        CURRENT.set(evidence);
        return evidence;
    }

    static void end() {
        CURRENT.remove();
    }

    /**
     * Adds to what the test of this thread has seen; without a test it does nothing.
     *
     * @param content is asked when the test has failed
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

    /** Keeps what was added so far for the tests that follow. */
    synchronized void keep() {
        kept = items.size();
    }

    /** Forgets what was added since {@link #keep}. */
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
