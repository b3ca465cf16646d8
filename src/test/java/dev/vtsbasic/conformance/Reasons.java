package dev.vtsbasic.conformance;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why we show what neither peer shows: the resource {@code reasons.txt}, a line {@code case => reason} each. */
final class Reasons {
    private Reasons() {}

    static Map<String, String> read() throws IOException {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String line : Proxy.configuration("reasons.txt").lines().toList()) {
            int end = line.lastIndexOf(" => ");
            if (end > 0) {
                reasons.put(line.substring(0, end), line.substring(end + 4));
            }
        }
        return reasons;
    }
}
