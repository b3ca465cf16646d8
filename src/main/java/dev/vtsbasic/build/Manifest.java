package dev.vtsbasic.build;

import dev.vtsbasic.build.Mention.Certainty;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Vite's manifest of a build, or its manifest for server rendering, which lists URLs for each source file. */
final class Manifest {
    /** The paths at which a manifest may be, within {@code client/} and {@code server/}. */
    static final List<String> NAMES =
            List.of(".vite/manifest.json", "manifest.json", ".vite/ssr-manifest.json", "ssr-manifest.json");

    private final JsonObject entries;

    private Manifest(JsonObject entries) {
        this.entries = entries;
    }

    /**
     * @return empty if there is no such file, or it holds no JSON object
     * @throws JsonException if the file is not JSON
     */
    static Optional<Manifest> at(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(path);
                JsonReader reader = JsonProvider.provider().createReader(in)) {
            JsonValue value = reader.readValue();
            return value.getValueType() == JsonValue.ValueType.OBJECT
                    ? Optional.of(new Manifest(value.asJsonObject()))
                    : Optional.empty();
        }
    }

    /** The files of the build's entry points; in a server build, the server's entries. */
    List<String> entryFiles() {
        List<String> files = new ArrayList<>();
        for (JsonValue value : entries.values()) {
            String file = file(value);
            if (file != null && value.asJsonObject().getBoolean("isEntry", false)) {
                files.add(file);
            }
        }
        return files;
    }

    /** Reports every file, style sheet, asset and imported chunk that the manifest lists, and ignores other JSON. */
    void find(Consumer<Mention> found) {
        for (Map.Entry<String, JsonValue> entry : entries.entrySet()) {
            JsonValue value = entry.getValue();
            String file = file(value);
            if (file != null) {
                name(file, found);
                JsonObject chunk = value.asJsonObject();
                strings(chunk.get("css")).forEach(name -> name(name, found));
                strings(chunk.get("assets")).forEach(name -> name(name, found));
                for (String imports : List.of("imports", "dynamicImports")) {
                    strings(chunk.get(imports)).stream()
                            .filter(key -> !entries.containsKey(key))
                            .forEach(key -> name(key, found));
                }
            } else if (value.getValueType() == JsonValue.ValueType.ARRAY) {
                strings(value).forEach(url -> name(url, found));
            }
        }
    }

    private static void name(String url, Consumer<Mention> found) {
        // If the base is on another host, the files are there and not in this build.
        if (!url.contains("://") && !url.startsWith("//")) {
            String name = url.startsWith("/") ? url : ClientPath.resolve("", url);
            if (name != null && !name.isEmpty()) {
                found.accept(new Mention(name, Certainty.CERTAIN));
            }
        }
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
