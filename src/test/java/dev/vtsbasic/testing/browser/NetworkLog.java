package dev.vtsbasic.testing.browser;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chromium's record of the responses that came over the network or from its cache. */
public final class NetworkLog {
    private final CDPSession session;
    private final Map<String, Integer> headSizes = new HashMap<>();
    private final Map<String, String> paths = new HashMap<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /**
     * One response.
     *
     * @param total bytes that came, with the head; 0 from the browser's cache
     * @param body bytes of the body that came, as they were coded
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

    /** Those since the last call. */
    public List<Transfer> take() {
        // Events come in with the answers to calls.
        session.send("Network.enable");
        List<Transfer> taken = List.copyOf(transfers);
        transfers.clear();
        return taken;
    }
}
