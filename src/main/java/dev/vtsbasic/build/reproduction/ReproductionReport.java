package dev.vtsbasic.build.reproduction;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The result of a {@link BuildReproduction}. */
public final class ReproductionReport {
    private static final int MAX_FILES_SHOWN = 5;

    /** How the existing build compares with the two new builds. */
    enum Existing {
        SAME,
        DIFFERENT,
        ABSENT,
        /** The two new builds already differ from each other. */
        NOT_COMPARED
    }

    private final Path dist;
    private final String command;
    private final int files;
    private final Existing existing;
    private final BuildComparison comparison;

    /**
     * @param dist the existing build
     * @param command the command that built the project again
     * @param files how many files the first new build has
     * @param comparison of the two new builds or, if these are the same, of the first of them and {@code dist}
     */
    ReproductionReport(Path dist, String command, int files, Existing existing, BuildComparison comparison) {
        this.dist = dist;
        this.command = command;
        this.files = files;
        this.existing = existing;
        this.comparison = comparison;
    }

    /** Whether the two new builds are the same; the existing build does not matter. */
    public boolean reproducible() {
        return existing != Existing.NOT_COMPARED;
    }

    /** The report for people, of one or more lines. */
    public String text() {
        String builds = "`" + command + "` in two places gives ";
        String same = builds + "the same " + files + " files";
        return switch (existing) {
            case SAME -> same + ", and " + dist + " is what it gives";
            case ABSENT -> same + "; there is no " + dist + " to compare them with";
            case DIFFERENT ->
                same + ".\nBut " + dist
                        + " is not what it gives: it was made from other sources, with another Bun or other"
                        + " settings, or over an older build. It differs in "
                        + described("built now", "is there");
            case NOT_COMPARED -> builds + "two builds that differ in " + described("first build", "second build");
        };
    }

    private String described(String first, String second) {
        List<DifferingFile> differing = comparison.differing();
        Difference difference = comparison.first();
        StringBuilder text = new StringBuilder(differing.size() + " of " + files + " files:");
        differing.stream()
                .limit(MAX_FILES_SHOWN)
                .forEach(file -> text.append("\n  ").append(file));
        if (differing.size() > MAX_FILES_SHOWN) {
            text.append("\n  and ").append(differing.size() - MAX_FILES_SHOWN).append(" more");
        }
        text.append("\nIt begins in ").append(difference.file());
        if (difference.offset() >= 0) {
            text.append(", line ").append(difference.line()).append(", byte ").append(difference.offset());
            text.append("\n  ")
                    .append(first)
                    .append(": ")
                    .append(difference.excerpts().get(0));
            text.append("\n  ")
                    .append(second)
                    .append(": ")
                    .append(difference.excerpts().get(1));
        }
        return text.append("\nLikely cause: ")
                .append(difference.cause().explanation())
                .append("\nWhat to do: ")
                .append(difference.cause().remedy())
                .toString();
    }

    /** The report for programs, as {@code docs/reproducible-builds.md} documents it. */
    public JsonObject json() {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder names = json.createArrayBuilder();
        comparison.differing().forEach(file -> names.add(file.name()));
        JsonObjectBuilder report = json.createObjectBuilder()
                .add("reproducible", reproducible())
                .add("dist", dist.toString())
                .add("existing", existing.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .add("command", command)
                .add("files", files)
                .add("differing", names);
        Difference difference = comparison.first();
        if (difference != null) {
            JsonObjectBuilder first = json.createObjectBuilder()
                    .add("file", difference.file().name())
                    .add("cause", difference.cause().id())
                    .add("explanation", difference.cause().explanation())
                    .add("remedy", difference.cause().remedy());
            if (difference.offset() >= 0) {
                first.add("line", difference.line())
                        .add("offset", difference.offset())
                        .add("excerpts", json.createArrayBuilder(difference.excerpts()));
            }
            report.add("first", first);
        }
        return report.build();
    }
}
