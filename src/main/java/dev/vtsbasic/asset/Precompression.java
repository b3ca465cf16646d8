package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the codings and the index of a build once, so that no server has to. */
public final class Precompression {
    private Precompression() {}

    /**
     * What was made.
     *
     * @param files how many client files there are
     * @param compressed how many of them have become smaller
     * @param bytes of those, as they are
     * @param smallestBytes of those, each in its smallest coding
     */
    public record Result(int files, int compressed, long bytes, long smallestBytes) {}

    /**
     * Writes the codings and the index into the client files, where they are never served by name.
     *
     * @throws IOException when a file cannot be read, compressed or written
     */
    public static Result of(Path client, Compressor compressor) throws IOException, InterruptedException {
        Path root = client.toRealPath();
        IndexFile.delete(root);
        List<IndexedAsset> assets = AssetIndex.scan(root);
        List<Compressor.Job> jobs = new ArrayList<>();
        for (IndexedAsset asset : assets) {
            if (asset.compressible()) {
                jobs.add(new Compressor.Job(
                        root.resolve(asset.path()), IndexFile.codings(root).resolve(asset.path())));
            }
        }
        if (!jobs.isEmpty()) {
            compressor.compress(jobs);
        }
        int compressed = 0;
        long bytes = 0;
        long smallest = 0;
        for (IndexedAsset asset : assets) {
            CompressionResult.collect(asset, IndexFile.codings(root).resolve(asset.path()));
            if (!asset.codings().isEmpty()) {
                compressed++;
                bytes += asset.file().size();
                smallest += asset.codings().values().stream()
                        .mapToLong(IndexedAsset.Content::size)
                        .min()
                        .orElseThrow();
            }
        }
        IndexFile.write(root, assets);
        return new Result(assets.size(), compressed, bytes, smallest);
    }
}
