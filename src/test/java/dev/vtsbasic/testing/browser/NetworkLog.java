package dev.vtsbasic.testing.browser;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chromium's log of the responses that came from the network or from its cache. */
public final class NetworkLog {
    private final CDPSession session;
    private final Map<String, Integer> headSizes = new HashMap<>();
    private final Map<String, String> paths = new HashMap<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /**
     * A response.
     *
     * @param total received bytes, including the head; 0 when it came from the browser's cache
     * @param body received bytes of the body, as encoded by its content coding
     */
    public record Transfer(String path, int total, int body) {}

    public NetworkLog(Page page) {
        session = page.context().newCDPSession(page);
        session.on("Network.responseReceived", this::begin);
        session.on("Network.loadingFinished", this::end);
        session.send("Network.enable");
    }

    private void begin(JsonObject event) {
        JsonObject response = event.getAsJsonObject("response");
        String url = response.get("url").getAsString();
        if (!url.startsWith("http")) {
            return;
        }
        String request = event.get("requestId").getAsString();
        paths.put(request, URI.create(url).getPath());
        headSizes.put(request, response.get("encodedDataLength").getAsInt());
    }

    private void end(JsonObject event) {
        String request = event.get("requestId").getAsString();
        if (paths.containsKey(request)) {
            int total = event.get("encodedDataLength").getAsInt();
            transfers.add(new Transfer(paths.get(request), total, Math.max(0, total - headSizes.get(request))));
        }
    }

    /** Returns the transfers since the last call. */
    public List<Transfer> take() {
        // Playwright delivers events together with the result of a call.
        session.send("Network.enable");
        List<Transfer> taken = List.copyOf(transfers);
        transfers.clear();
        return taken;
    }
}
