package dev.vtsbasic.build;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * @param unresolved packages that the server needs to start and that are not there
 * @param misfit why it cannot be served where browsers are to see it; empty when it can
 * @param warnings what is odd, but does not make the build invalid
 */
public record ValidationReport(
        Path root,
        String base,
        boolean namesNoBase,
        int files,
        int references,
        List<MissingAsset> missing,
        List<UnresolvedImport> unresolved,
        Optional<String> misfit,
        List<BuildWarning> warnings) {
    private static final String REMEDY =
            "Build client and server again in one run (`vite build`) and deploy both together.";
    private static final String BUNDLE =
            "Bundle them into the server (`ssr: { noExternal: true }` in Vite's configuration), or deploy their node_modules"
                    + " with the build.";
    private static final int MOST_LINES = 50;

    public boolean valid() {
        return missing.isEmpty() && unresolved.isEmpty() && misfit.isEmpty();
    }

    /** The same build where browsers see it at a path that it may not fit. */
    public ValidationReport withMisfit(Optional<String> why) {
        return new ValidationReport(root, base, namesNoBase, files, references, missing, unresolved, why, warnings);
    }

    /** The same build where its server is not run. */
    public ValidationReport withoutServer() {
        return new ValidationReport(root, base, namesNoBase, files, references, missing, List.of(), misfit, warnings);
    }

    /** For people: a line, or one line for each problem and what to do. */
    public String text() {
        if (valid()) {
            return root + ": all " + references + " assets that the build names exist (" + files + " client files)";
        }
        List<String> problems = new ArrayList<>();
        if (!missing.isEmpty()) {
            problems.add(root + ": " + missing.size() + " of " + references + " assets that the build names are missing"
                    + lines(missing, "") + "\n" + REMEDY);
        }
        if (!unresolved.isEmpty()) {
            problems.add(root + ": " + unresolved.size() + " packages that the server needs are not there"
                    + lines(unresolved, "") + "\n" + BUNDLE);
        }
        misfit.ifPresent(problems::add);
        return String.join("\n", problems);
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
        JsonArrayBuilder packages = json.createArrayBuilder();
        unresolved.forEach(needed -> packages.add(json.createObjectBuilder()
                .add("name", needed.name())
                .add("importedBy", json.createArrayBuilder(needed.importedBy()))));
        JsonObjectBuilder report = json.createObjectBuilder()
                .add("valid", valid())
                .add("root", root.toString())
                .add("base", base)
                .add("files", files)
                .add("references", references)
                .add("missing", problems);
        if (!unresolved.isEmpty()) {
            report.add("unresolved", packages);
        }
        misfit.ifPresent(why -> report.add("misfit", why));
        return report.add("warnings", oddities).build();
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
