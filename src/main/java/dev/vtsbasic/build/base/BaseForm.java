package dev.vtsbasic.build.base;

/** How a file spells the placeholder of the base, and how the base is spelled there. */
enum BaseForm {
    /** With a slash in front, as Vite joins it to the path that follows. */
    PATH("/" + OpenBase.NAME),

    /** With an escaped slash in front, as in JSON or a regular expression. */
    ESCAPED_PATH("\\/" + OpenBase.NAME),

    /** With a slash behind, as from frameworks that strip the slashes before they join the base to a path. */
    DIRECTORY(OpenBase.NAME + "/"),

    /** Without slashes, as TanStack Router gets its {@code basepath}. */
    NAME(OpenBase.NAME);

    private final String text;

    BaseForm(String text) {
        this.text = text;
    }

    /** The placeholder in this form. */
    String text() {
        return text;
    }

    /**
     * The base in this form.
     *
     * @param base {@code /shop}, or empty at the root, where every form is empty
     */
    String of(String base) {
        if (base.isEmpty()) {
            return "";
        }
        return switch (this) {
            case PATH -> base;
            case ESCAPED_PATH -> base.replace("/", "\\/");
            case DIRECTORY -> base.substring(1) + "/";
            case NAME -> base.substring(1);
        };
    }
}
