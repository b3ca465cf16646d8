package dev.vtsbasic.testing.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Selects the client files from a browser's transfers.
 *
 * @param base the site's path, without a slash at its end
 */
public record AssetTransfers(String base) {
    private static final int ADDED_BY_A_BASE = 64;

    /** The build in the WAR. */
    private static final Path CLIENT_FILES = Path.of("webapp/dist/client");

    /** Takes the transfers of client files from the log, with their paths in the build. */
    public List<NetworkLog.Transfer> take(NetworkLog log) {
        return log.take().stream()
                .filter(transfer -> transfer.path().startsWith(base + "/"))
                .map(transfer -> new NetworkLog.Transfer(
                        transfer.path().substring(base.length()), transfer.total(), transfer.body()))
                .filter(transfer ->
                        Files.isRegularFile(CLIENT_FILES.resolve(transfer.path().substring(1))))
                .toList();
    }

    public static List<String> hashed(List<NetworkLog.Transfer> transfers) {
        return transfers.stream()
                .map(NetworkLog.Transfer::path)
                .filter(path -> path.startsWith("/assets/"))
                .sorted()
                .toList();
    }

    /** The size that nginx would send with {@code brotli_static on}, plus the bytes that a base adds. */
    public long brotliSize(String path) throws IOException {
        Path brotli = CLIENT_FILES.resolve(".vts/codings" + path + ".br");
        long atTheRoot = Files.size(Files.exists(brotli) ? brotli : CLIENT_FILES.resolve(path.substring(1)));
        return base.isEmpty() ? atTheRoot : atTheRoot + ADDED_BY_A_BASE;
    }
}
