package dev.vtsbasic.build;

import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Vite's manifest of a build, or its manifest for server rendering, which lists URLs for each source file. */
public final class Manifest {
    /** The paths at which a manifest may be, within {@code client/} and {@code server/}. */
    public static final List<String> NAMES =
            List.of(".vite/manifest.json", "manifest.json", ".vite/ssr-manifest.json", "ssr-manifest.json");

    private final JsonObject entries;

    private Manifest(JsonObject entries) {
        this.entries = entries;
    }

    /**
     * @return empty if there is no such file, or it holds no JSON object
     * @throws JsonException if the file is not JSON
     */
    public static Optional<Manifest> at(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(path);
                JsonReader reader = JsonProvider.provider().createReader(in)) {
            JsonValue value = reader.readValue();
            return value.getValueType() == JsonValue.ValueType.OBJECT
                    ? Optional.of(new Manifest(value.asJsonObject()))
                    : Optional.empty();
        } catch (JsonException e) {
            throw e;
        } catch (RuntimeException e) {
            // For JSON that is nested too deeply, the library has no class of its own.
            throw new JsonException(e.getMessage(), e);
        }
    }

    /** The files of the build's entry points; in a server build, the server's entries. */
    public List<String> entryFiles() {
        List<String> files = new ArrayList<>();
        for (JsonValue value : entries.values()) {
            String file = file(value);
            if (file != null && value.asJsonObject().getBoolean("isEntry", false)) {
                files.add(file);
            }
        }
        return files;
    }

    /** Every file, style sheet, asset and imported chunk that the manifest lists; other JSON is ignored. */
    public List<String> urls() {
        List<String> urls = new ArrayList<>();
        for (JsonValue value : entries.values()) {
            String file = file(value);
            if (file != null) {
                urls.add(file);
                JsonObject chunk = value.asJsonObject();
                urls.addAll(strings(chunk.get("css")));
                urls.addAll(strings(chunk.get("assets")));
                for (String imports : List.of("imports", "dynamicImports")) {
                    strings(chunk.get(imports)).stream()
                            .filter(key -> !entries.containsKey(key))
                            .forEach(urls::add);
                }
            } else if (value.getValueType() == JsonValue.ValueType.ARRAY) {
                urls.addAll(strings(value));
            }
        }
        return urls;
    }

    private static String file(JsonValue value) {
        return value.getValueType() == JsonValue.ValueType.OBJECT
                ? value.asJsonObject().getString("file", null)
                : null;
    }

    private static List<String> strings(JsonValue value) {
        if (!(value instanceof JsonArray array)) {
            return List.of();
        }
        return array.stream()
                .filter(JsonString.class::isInstance)
                .map(string -> ((JsonString) string).getString())
                .toList();
    }
}
