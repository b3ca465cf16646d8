package dev.vtsbasic.build.base;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of a build that can be served under any path.
 *
 * @param path within the build, with slashes
 * @param size in bytes
 * @param positions the positions where the base belongs, in ascending order
 */
record OpenFile(String path, long size, List<Position> positions) {
    /**
     * A position where the base belongs.
     *
     * @param at in bytes from the start of the file
     * @param form how the base is spelled there
     */
    record Position(int at, BaseForm form) {}

    /** Whether the content holds placeholders, or is the content for the root, where the base is empty. */
    enum State {
        WITH_PLACEHOLDERS,
        FOR_ROOT
    }

    /** Finds the positions of the base in a file; most files have none. */
    static OpenFile of(String path, byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        String name = BaseForm.NAME.text();
        List<Position> positions = new ArrayList<>();
        int free = 0;
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length())) {
            Position position = position(text, free, at);
            positions.add(position);
            free = position.at() + position.form().text().length();
        }
        return new OpenFile(path, content.length, positions);
    }

    /**
     * @param free end of the previous placeholder, because a slash between two placeholders belongs to only one of them
     */
    private static Position position(String text, int free, int at) {
        if (at - 2 >= free && text.startsWith("\\/", at - 2)) {
            return new Position(at - 2, BaseForm.ESCAPED_PATH);
        }
        if (at - 1 >= free && text.startsWith("/", at - 1)) {
            return new Position(at - 1, BaseForm.PATH);
        }
        boolean slashFollows = text.startsWith(BaseForm.DIRECTORY.text(), at);
        return new Position(at, slashFollows ? BaseForm.DIRECTORY : BaseForm.NAME);
    }

    /** The content with {@code base} at each position. */
    byte[] withBase(String base, byte[] content, State state) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + positions.size() * base.length());
        int from = 0;
        for (Position position : positions) {
            out.write(content, from, position.at() - from);
            out.write(position.form().of(base).getBytes(StandardCharsets.US_ASCII));
            from = position.at()
                    + (state == State.WITH_PLACEHOLDERS ? position.form().text().length() : 0);
        }
        out.write(content, from, content.length - from);
        return out.toByteArray();
    }

    /** This file without its placeholders: the size and positions that it then has. */
    OpenFile forRoot() {
        List<Position> moved = new ArrayList<>();
        int removed = 0;
        for (Position position : positions) {
            moved.add(new Position(position.at() - removed, position.form()));
            removed += position.form().text().length();
        }
        return new OpenFile(path, size - removed, moved);
    }
}
