package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compresses the files of a build and writes its index once, so that no server has to do it at its start. */
public final class Precompression {
    private Precompression() {}

    /**
     * Counts of one run.
     *
     * @param files number of client files
     * @param compressed number of files that became smaller
     * @param bytes total size of these files, uncompressed
     * @param smallestBytes total size of these files, each in its smallest coding
     */
    public record Result(int files, int compressed, long bytes, long smallestBytes) {}

    /**
     * Writes the compressed files and the index into a subdirectory of the client directory, from which no file is
     * served by name. Removes the results of an earlier run first.
     *
     * @param client the directory of the static files
     * @throws IOException if a file cannot be read, compressed or written
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
