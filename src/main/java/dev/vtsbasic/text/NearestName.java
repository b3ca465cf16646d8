package dev.vtsbasic.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Suggests known names for an unknown one, by edit distance (Levenshtein). */
public final class NearestName {
    private NearestName() {}

    /**
     * The closest names first, equally close ones in alphabetical order. Leaves out names whose distance is more than
     * half the length of {@code unknown}.
     *
     * @param limit maximum number of names
     */
    public static List<String> of(String unknown, Collection<String> known, int limit) {
        record Candidate(String name, int distance) {}
        return known.stream()
                .map(name -> new Candidate(name, distance(unknown, name)))
                .filter(candidate -> candidate.distance <= unknown.length() / 2)
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(limit)
                .map(Candidate::name)
                .toList();
    }

    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[b.length()];
    }
}
