package dev.vtsbasic.build.base;

import dev.vtsbasic.build.Dist;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes the record of where the base belongs in a build that has no placeholders any more. It is {@code
 * client/.vts/base.json}, which is never served. A new Vite build empties {@code client/} and so removes the old
 * record.
 */
public final class OpenBaseRecord {
    public static final String DIRECTORY = ".vts";

    private static final String NAME = "base.json";
    private static final int VERSION = 1;

    private OpenBaseRecord() {}

    public static boolean exists(Path client) {
        return Files.isRegularFile(pathOf(client));
    }

    private static Path pathOf(Path client) {
        return client.resolve(DIRECTORY).resolve(NAME);
    }

    /** The files of the record; empty if there is no record. */
    static Optional<List<OpenFile>> read(Dist dist) throws IOException {
        Path path = pathOf(dist.client());
        if (!exists(dist.client())) {
            return Optional.empty();
        }
        try (JsonReader reader = JsonProvider.provider().createReader(Files.newInputStream(path))) {
            JsonObject record = reader.readObject();
            if (record.getInt("version") != VERSION) {
                throw new IOException(path + " was written by another version of this program; build the app again");
            }
            List<OpenFile> files = new ArrayList<>();
            for (JsonObject file : record.getJsonArray("files").getValuesAs(JsonObject.class)) {
                List<OpenFile.Position> positions = new ArrayList<>();
                for (JsonObject position : file.getJsonArray("places").getValuesAs(JsonObject.class)) {
                    positions.add(
                            new OpenFile.Position(position.getInt("at"), BaseForm.valueOf(position.getString("form"))));
                }
                files.add(new OpenFile(
                        file.getString("path"), file.getJsonNumber("size").longValueExact(), positions));
            }
            return Optional.of(files);
        } catch (RuntimeException e) {
            // JSON of another form, or, without a class of its own, JSON that is nested too deeply.
            throw new IOException(path + " is no record of a build's base; build the app again", e);
        }
    }

    /** Writes the record, with the same content for the same build. */
    static void write(Dist dist, List<OpenFile> files) throws IOException {
        Path path = pathOf(dist.client());
        Files.createDirectories(path.getParent());
        Path part = path.resolveSibling(NAME + ".part");
        try (OutputStream out = Files.newOutputStream(part);
                JsonGenerator json = JsonProvider.provider()
                        .createGeneratorFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createGenerator(out)) {
            json.writeStartObject().write("version", VERSION).writeStartArray("files");
            files.forEach(file -> json.write(jsonOf(file)));
            json.writeEnd().writeEnd();
        }
        Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
    }

    private static JsonObject jsonOf(OpenFile file) {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder positions = json.createArrayBuilder();
        for (OpenFile.Position position : file.positions()) {
            positions.add(json.createObjectBuilder()
                    .add("at", position.at())
                    .add("form", position.form().name()));
        }
        return json.createObjectBuilder()
                .add("path", file.path())
                .add("size", file.size())
                .add("places", positions)
                .build();
    }
}
