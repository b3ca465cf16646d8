package dev.vtsbasic.build.validation;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The result of {@link BuildValidator}.
 *
 * @param build the build that was checked
 * @param missing client files that are named but do not exist
 * @param unresolved packages that the server needs to start and that do not exist
 * @param misfit why the build cannot be served at the path where browsers see it; empty if it can
 * @param warnings problems that do not make the build invalid
 */
public record ValidationReport(
        BuildSummary build,
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
        return new ValidationReport(build, missing, unresolved, why, warnings);
    }

    /** This report without {@code unresolved}, for a build whose server runs elsewhere. */
    public ValidationReport withoutServer() {
        return new ValidationReport(build, missing, List.of(), misfit, warnings);
    }

    /** The result for people: one line, or one line for each problem (up to 50 of a kind) and the remedies. */
    public String text() {
        if (valid()) {
            return build.root() + ": all " + build.references() + " assets that the build names exist (" + build.files()
                    + " client files)";
        }
        List<String> problems = new ArrayList<>();
        if (!missing.isEmpty()) {
            problems.add(build.root() + ": " + missing.size() + " of " + build.references()
                    + " assets that the build names are missing" + lines(missing, "") + "\n" + REMEDY);
        }
        if (!unresolved.isEmpty()) {
            problems.add(build.root() + ": " + unresolved.size() + " packages that the server needs are not there"
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
        JsonArrayBuilder jsonWarnings = json.createArrayBuilder();
        warnings.forEach(warning -> jsonWarnings.add(warning.json()));
        JsonArrayBuilder packages = json.createArrayBuilder();
        unresolved.forEach(needed -> packages.add(json.createObjectBuilder()
                .add("name", needed.name())
                .add("importedBy", json.createArrayBuilder(needed.importedBy()))));
        JsonObjectBuilder report = json.createObjectBuilder()
                .add("valid", valid())
                .add("root", build.root().toString())
                .add("base", build.base())
                .add("files", build.files())
                .add("references", build.references())
                .add("missing", problems);
        if (!unresolved.isEmpty()) {
            report.add("unresolved", packages);
        }
        misfit.ifPresent(why -> report.add("misfit", why));
        return report.add("warnings", jsonWarnings).build();
    }

    private static String lines(List<?> problems, String label) {
        String more = problems.size() > MAX_LINES ? "\n  and " + (problems.size() - MAX_LINES) + " more (--json)" : "";
        return problems.stream()
                        .limit(MAX_LINES)
                        .map(problem -> "\n  " + label + problem)
                        .collect(Collectors.joining())
                + more;
    }
}
