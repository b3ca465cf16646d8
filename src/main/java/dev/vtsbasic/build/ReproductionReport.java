package dev.vtsbasic.build;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What {@link BuildReproduction} found. */
public final class ReproductionReport {
    private static final int SHOWN = 5;

    /** How the build that is there compares with those that were made. */
    enum Existing {
        SAME,
        DIFFERENT,
        ABSENT,
        /** Because the two that were made differ already. */
        NOT_COMPARED
    }

    private final Path dist;
    private final String command;
    private final int files;
    private final List<DifferingFile> differing;
    private final Difference difference;
    private final Existing existing;

    /**
     * @param dist the build that is there
     * @param command what built it again
     * @param files how many files the first of the two builds has
     * @param differing those that differ: between the two builds, or when these are the same, between them and {@code
     *     dist}
     * @param difference the first of {@code differing}; null when there is none
     */
    ReproductionReport(
            Path dist,
            String command,
            int files,
            List<DifferingFile> differing,
            Difference difference,
            Existing existing) {
        this.dist = dist;
        this.command = command;
        this.files = files;
        this.differing = differing;
        this.difference = difference;
        this.existing = existing;
    }

    /** Whether the two builds are the same, whatever the one that is there. */
    public boolean reproducible() {
        return existing != Existing.NOT_COMPARED;
    }

    /** For people. */
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
        StringBuilder text = new StringBuilder(differing.size() + " of " + files + " files:");
        differing.stream().limit(SHOWN).forEach(file -> text.append("\n  ").append(file));
        if (differing.size() > SHOWN) {
            text.append("\n  and ").append(differing.size() - SHOWN).append(" more");
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

    /** For programs: the shape documented in {@code docs/reproducible-builds.md}. */
    public JsonObject json() {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder names = json.createArrayBuilder();
        differing.forEach(file -> names.add(file.name()));
        JsonObjectBuilder report = json.createObjectBuilder()
                .add("reproducible", reproducible())
                .add("dist", dist.toString())
                .add("existing", existing.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .add("command", command)
                .add("files", files)
                .add("differing", names);
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
