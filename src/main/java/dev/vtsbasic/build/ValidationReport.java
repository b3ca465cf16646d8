package dev.vtsbasic.build;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@link BuildValidator} found.
 *
 * @param root the build's directory
 * @param files how many client files there are
 * @param references how many of them are named somewhere
 * @param missing what is named but does not exist
 */
public record ValidationReport(Path root, int files, int references, List<MissingAsset> missing) {
    private static final String REMEDY =
            "Build client and server again in one run (`vite build`) and deploy both together.";

    public boolean valid() {
        return missing.isEmpty();
    }

    /** For people: a line, or one line for each problem and what to do. */
    public String text() {
        if (valid()) {
            return root + ": all " + references + " assets that the build names exist (" + files + " client files)";
        }
        String problems = missing.stream().map(problem -> "\n  " + problem).collect(Collectors.joining());
        return root + ": " + missing.size() + " of " + references + " assets that the build names are missing"
                + problems + "\n" + REMEDY;
    }

    /** For programs: the shape documented in {@code docs/troubleshooting.md}. */
    public JsonObject json() {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder problems = json.createArrayBuilder();
        for (MissingAsset problem : missing) {
            problems.add(json.createObjectBuilder()
                    .add("name", problem.name())
                    .add("namedIn", json.createArrayBuilder(problem.namedIn()))
                    .add("similar", json.createArrayBuilder(problem.similar())));
        }
        return json.createObjectBuilder()
                .add("valid", valid())
                .add("root", root.toString())
                .add("files", files)
                .add("references", references)
                .add("missing", problems)
                .build();
    }
}
