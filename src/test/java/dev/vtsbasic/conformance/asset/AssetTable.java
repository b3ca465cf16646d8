package dev.vtsbasic.conformance.asset;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Reasons;
import dev.vtsbasic.conformance.harness.ResultPage;
import dev.vtsbasic.conformance.harness.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** Plays the asset cases on VTS Basic and on Debian's nginx, and writes the results to a page. */
final class AssetTable {
    private AssetTable() {}

    /** @param args the page to write */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<Proxy.Kind> kinds = List.of(Proxy.Kind.VTS, Proxy.Kind.NGINX);
        ResultPage table = new ResultPage(kinds, AssetCases.all(), List.of(), Reasons.read("asset-reasons.txt"));
        try (AssetSite site = AssetSite.write()) {
            for (Proxy.Kind kind : kinds) {
                System.out.println("Playing on " + kind.title());
                try (Suite suite = site.suite(kind)) {
                    table.add(kind, suite.playAll());
                }
            }
        }
        table.say("# Conformance of assets: VTS Basic and nginx side by side");
        table.say("");
        table.say("Made by `mvn -q -DskipTests package exec:exec@asset-conformance` on " + LocalDate.now()
                + "; it needs Debian's packages `nginx-light` and `libnginx-mod-http-brotli-static`. Both serve the"
                + " same files with the same codings, made by `precompress`; nginx finds them beside the files."
                + " After each response the connection has to serve another request. `AssetConformanceIT` plays the same"
                + " on VTS Basic in every build.");
        String page = table.write(AssetSite.NGINX);
        Files.writeString(Path.of(args[0]), page);
        if (!table.unexplained().isEmpty()) {
            throw new IllegalStateException(
                    "no reason in asset-reasons.txt for:\n" + String.join("\n", table.unexplained()));
        }
    }
}
