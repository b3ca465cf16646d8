package dev.vtsbasic.conformance.harness;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why VTS Basic shows behaviours that neither peer shows: a resource with lines {@code case => reason}. */
public final class Reasons {
    private Reasons() {}

    public static Map<String, String> read(String resource) throws IOException {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String line : Proxy.configuration(resource).lines().toList()) {
            int end = line.lastIndexOf(" => ");
            if (end > 0) {
                reasons.put(line.substring(0, end), line.substring(end + 4));
            }
        }
        return reasons;
    }
}
