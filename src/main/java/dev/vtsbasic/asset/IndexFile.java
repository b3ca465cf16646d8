package dev.vtsbasic.asset;

import dev.vtsbasic.file.DirectoryTree;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes the index file of a build: {@code .vts/assets.json} in the client directory, beside the compressed
 * files. Nothing in {@code .vts} is served by name. A new Vite build empties the client directory and so removes the
 * old index.
 */
final class IndexFile {
    private static final String DIRECTORY = ".vts";
    private static final String NAME = "assets.json";
    private static final int VERSION = 1;

    private IndexFile() {}

    /**
     * The assets in the index of a client directory; empty if there is no index, or it has another version.
     *
     * @throws IOException if the index is malformed
     */
    static Optional<List<IndexedAsset>> read(Path client) throws IOException {
        Path file = client.resolve(DIRECTORY).resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (JsonReader reader = JsonProvider.provider().createReader(Files.newInputStream(file))) {
            JsonObject index = reader.readObject();
            if (index.getJsonNumber("version").intValueExact() != VERSION) {
                return Optional.empty();
            }
            List<IndexedAsset> assets = new ArrayList<>();
            for (JsonObject asset : index.getJsonArray("assets").getValuesAs(JsonObject.class)) {
                Map<Coding, IndexedAsset.Content> codings = new EnumMap<>(Coding.class);
                JsonObject coded = asset.getJsonObject("codings");
                for (Coding coding : Coding.values()) {
                    if (coded.containsKey(coding.token())) {
                        codings.put(coding, content(coded.getJsonObject(coding.token())));
                    }
                }
                assets.add(new IndexedAsset(
                        asset.getString("path"),
                        content(asset),
                        asset.getString("type"),
                        asset.getBoolean("compressible"),
                        codings));
            }
            return Optional.of(assets);
        } catch (RuntimeException e) {
            // JSON of another form, or, without a class of its own, JSON that is nested too deeply.
            throw new IOException(file + " is no index of assets; delete it, or write it again with `precompress`", e);
        }
    }

    private static IndexedAsset.Content content(JsonObject object) {
        return new IndexedAsset.Content(object.getJsonNumber("size").longValueExact(), object.getString("sha256"));
    }

    /** Writes the index atomically. The same assets always give the same bytes. */
    static void write(Path client, List<IndexedAsset> assets) throws IOException {
        Path directory = Files.createDirectories(client.resolve(DIRECTORY));
        Path part = directory.resolve(NAME + ".part");
        try (OutputStream out = Files.newOutputStream(part);
                JsonGenerator json = JsonProvider.provider()
                        .createGeneratorFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createGenerator(out)) {
            json.writeStartObject().write("version", VERSION).writeStartArray("assets");
            assets.stream()
                    .sorted(Comparator.comparing(IndexedAsset::path))
                    .forEach(asset -> json.write(jsonOf(asset)));
            json.writeEnd().writeEnd();
        }
        Files.move(part, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    private static JsonObject jsonOf(IndexedAsset asset) {
        JsonProvider json = JsonProvider.provider();
        JsonObjectBuilder codings = json.createObjectBuilder();
        asset.codings()
                .forEach((coding, content) -> codings.add(
                        coding.token(),
                        json.createObjectBuilder().add("size", content.size()).add("sha256", content.sha256())));
        return json.createObjectBuilder()
                .add("path", asset.path())
                .add("size", asset.file().size())
                .add("sha256", asset.file().sha256())
                .add("type", asset.mediaType())
                .add("compressible", asset.compressible())
                .add("codings", codings)
                .build();
    }

    /** The compressed form of a file. */
    static Path coded(Path client, String path, Coding coding) {
        return CompressionResult.file(codings(client).resolve(path), coding);
    }

    /** The directory of the compressed files, which have the paths of their sources, with a suffix. */
    static Path codings(Path client) {
        return client.resolve(DIRECTORY).resolve("codings");
    }

    /** Removes the index and the compressed files. Other records about the build, such as its base path, stay. */
    static void delete(Path client) throws IOException {
        Files.deleteIfExists(client.resolve(DIRECTORY).resolve(NAME));
        DirectoryTree.delete(codings(client));
    }
}
