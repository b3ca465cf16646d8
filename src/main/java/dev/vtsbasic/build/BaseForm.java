package dev.vtsbasic.build;

/** How the placeholder stands in a file, and what takes its place there. */
enum BaseForm {
    /** As Vite joins it to what follows. */
    PATH("/" + OpenBase.NAME),

    /** In JSON or a regular expression. */
    ESCAPED_PATH("\\/" + OpenBase.NAME),

    /** As frameworks join it that take the slashes off first. */
    DIRECTORY(OpenBase.NAME + "/"),

    /** Without slashes, as TanStack Router gets its basepath. */
    NAME(OpenBase.NAME);

    private final String text;

    BaseForm(String text) {
        this.text = text;
    }

    /** The placeholder in this form. */
    String text() {
        return text;
    }

    /** @param base {@code /shop}, or nothing at the root: so all forms are nothing there, and inserted anywhere else */
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
