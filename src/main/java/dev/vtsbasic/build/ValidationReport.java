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
 * The result of {@link BuildValidator}.
 *
 * @param root the build's directory
 * @param base the path in front of the build's URLs, found from them: {@code /}, or {@code /shop/}
 * @param namesNoBase whether no URL of the build shows the base, so that {@code base} is only assumed to be {@code /}
 * @param files how many client files the build has
 * @param references how many client files the build names, the missing ones included
 * @param missing client files that are named but do not exist
 * @param unresolved packages that the server needs to start and that do not exist
 * @param misfit why the build cannot be served at the path where browsers see it; empty if it can
 * @param warnings problems that do not make the build invalid
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
    private static final int MAX_LINES = 50;

    /** Whether no file and no package is missing, and the build fits its path; warnings do not matter. */
    public boolean valid() {
        return missing.isEmpty() && unresolved.isEmpty() && misfit.isEmpty();
    }

    /** This report with {@code why} as {@code misfit}, for the path at which browsers see the build. */
    public ValidationReport withMisfit(Optional<String> why) {
        return new ValidationReport(root, base, namesNoBase, files, references, missing, unresolved, why, warnings);
    }

    /** This report without {@code unresolved}, because the build's server runs elsewhere. */
    public ValidationReport withoutServer() {
        return new ValidationReport(root, base, namesNoBase, files, references, missing, List.of(), misfit, warnings);
    }

    /** The result for people: one line, or one line for each problem (up to 50 of a kind) and the remedies. */
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

    /** The warnings for people: one line for each (up to 50); empty if there are none. */
    public String warningText() {
        return warnings.isEmpty() ? "" : lines(warnings, "warning: ").substring(1);
    }

    /** The warnings for the log: the first one and the number of others in one line; empty if there are none. */
    public String warningSummary() {
        if (warnings.isEmpty()) {
            return "";
        }
        int others = warnings.size() - 1;
        return "About the build: " + warnings.get(0)
                + (others == 0 ? "" : "; and " + others + " more, which `validate` lists");
    }

    /** The report for programs, as {@code docs/validate.md} documents it. */
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
        String more = things.size() > MAX_LINES ? "\n  and " + (things.size() - MAX_LINES) + " more (--json)" : "";
        return things.stream()
                        .limit(MAX_LINES)
                        .map(thing -> "\n  " + label + thing)
                        .collect(Collectors.joining())
                + more;
    }
}
