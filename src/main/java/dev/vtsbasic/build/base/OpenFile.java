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
 * @param places the positions where the base belongs, in ascending order
 */
record OpenFile(String path, long size, List<Place> places) {
    /**
     * A position where the base belongs.
     *
     * @param at in bytes from the start of the file
     * @param form how the base is spelled there
     */
    record Place(int at, BaseForm form) {}

    /** Whether the content holds placeholders, or is that for the root, where the base is empty. */
    enum State {
        WITH_PLACEHOLDERS,
        FOR_ROOT
    }

    /** Finds the positions of the base in a file; most files have none. */
    static OpenFile of(String path, byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        String name = BaseForm.NAME.text();
        List<Place> places = new ArrayList<>();
        int free = 0;
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length())) {
            Place place = place(text, free, at);
            places.add(place);
            free = place.at() + place.form().text().length();
        }
        return new OpenFile(path, content.length, places);
    }

    /** @param free end of the placeholder before, because a slash between two belongs to only one of them */
    private static Place place(String text, int free, int at) {
        if (at - 2 >= free && text.startsWith("\\/", at - 2)) {
            return new Place(at - 2, BaseForm.ESCAPED_PATH);
        }
        if (at - 1 >= free && text.startsWith("/", at - 1)) {
            return new Place(at - 1, BaseForm.PATH);
        }
        boolean slashFollows = text.startsWith(BaseForm.DIRECTORY.text(), at);
        return new Place(at, slashFollows ? BaseForm.DIRECTORY : BaseForm.NAME);
    }

    /** The content with {@code base} at each position. */
    byte[] at(String base, byte[] content, State state) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + places.size() * base.length());
        int from = 0;
        for (Place place : places) {
            out.write(content, from, place.at() - from);
            out.write(place.form().of(base).getBytes(StandardCharsets.US_ASCII));
            from = place.at()
                    + (state == State.WITH_PLACEHOLDERS ? place.form().text().length() : 0);
        }
        out.write(content, from, content.length - from);
        return out.toByteArray();
    }

    /** This file without its placeholders: the size and positions that it then has. */
    OpenFile forRoot() {
        List<Place> moved = new ArrayList<>();
        int removed = 0;
        for (Place place : places) {
            moved.add(new Place(place.at() - removed, place.form()));
            removed += place.form().text().length();
        }
        return new OpenFile(path, size - removed, moved);
    }
}
