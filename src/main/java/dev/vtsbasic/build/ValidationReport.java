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
 * @param base the path that its URLs have in front, found from them: {@code /}, or {@code /shop/}
 * @param namesNoBase whether no URL tells it, so that {@code base} is a guess
 * @param files how many client files there are
 * @param references how many of them are named somewhere
 * @param missing what is named but does not exist
 * @param warnings what is odd, but does not make the build invalid
 */
public record ValidationReport(
        Path root,
        String base,
        boolean namesNoBase,
        int files,
        int references,
        List<MissingAsset> missing,
        List<BuildWarning> warnings) {
    private static final String REMEDY =
            "Build client and server again in one run (`vite build`) and deploy both together.";
    private static final int MOST_LINES = 50;

    public boolean valid() {
        return missing.isEmpty();
    }

    /** For people: a line, or one line for each problem and what to do. */
    public String text() {
        if (valid()) {
            return root + ": all " + references + " assets that the build names exist (" + files + " client files)";
        }
        return root + ": " + missing.size() + " of " + references + " assets that the build names are missing"
                + lines(missing, "") + "\n" + REMEDY;
    }

    /** For people: a line for each warning; nothing when there is none. */
    public String warningText() {
        return warnings.isEmpty() ? "" : lines(warnings, "warning: ").substring(1);
    }

    /** For the log: one line about all warnings; nothing when there is none. */
    public String warningSummary() {
        if (warnings.isEmpty()) {
            return "";
        }
        int others = warnings.size() - 1;
        return "About the build: " + warnings.get(0)
                + (others == 0 ? "" : "; and " + others + " more, which `validate` lists");
    }

    /** For programs: the shape documented in {@code docs/validate.md}. */
    public JsonObject json() {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder problems = json.createArrayBuilder();
        for (MissingAsset problem : missing) {
            problems.add(json.createObjectBuilder()
                    .add("name", problem.name())
                    .add("namedIn", json.createArrayBuilder(problem.namedIn()))
                    .add("similar", json.createArrayBuilder(problem.similar())));
        }
        JsonArrayBuilder oddities = json.createArrayBuilder();
        warnings.forEach(warning -> oddities.add(warning.json()));
        return json.createObjectBuilder()
                .add("valid", valid())
                .add("root", root.toString())
                .add("base", base)
                .add("files", files)
                .add("references", references)
                .add("missing", problems)
                .add("warnings", oddities)
                .build();
    }

    private static String lines(List<?> things, String label) {
        String more = things.size() > MOST_LINES ? "\n  and " + (things.size() - MOST_LINES) + " more (--json)" : "";
        return things.stream()
                        .limit(MOST_LINES)
                        .map(thing -> "\n  " + label + thing)
                        .collect(Collectors.joining())
                + more;
    }
}
