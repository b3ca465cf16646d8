package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of the status page. The page's script replaces its rows when they have changed.
 *
 * @param id element id of the rows
 * @param columns plain titles; the first column has the rows' names, and a # before another title marks a column of
 *     numbers
 * @param rows cells of each row, as HTML
 */
record HtmlTable(String id, String caption, List<String> columns, List<List<String>> rows) {
    String html() {
        String head = columns.stream()
                .map(column -> "<th scope=\"col\"%s>%s</th>".formatted(numberClass(column), escape(title(column))))
                .collect(Collectors.joining());
        return """
                <div class="scroll" role="region" aria-labelledby="%1$s-caption" tabindex="0"><table>
                <caption id="%1$s-caption">%2$s</caption>
                <thead><tr>%3$s</tr></thead>
                <tbody id="%1$s" data-live>%4$s</tbody>
                </table></div>
                """.formatted(id, escape(caption), head, body());
    }

    /** The tables in panels: one as wide as the page, or several side by side. */
    static String sections(HtmlTable... tables) {
        return Arrays.stream(tables)
                .map(table -> "<section class=\"panel\">" + table.html() + "</section>\n")
                .collect(Collectors.joining(
                        "", tables.length == 1 ? "" : "<div class=\"small\">", tables.length == 1 ? "" : "</div>\n"));
    }

    private String body() {
        if (rows.isEmpty()) {
            return "<tr><td colspan=\"%d\">none</td></tr>".formatted(columns.size());
        }
        return rows.stream().map(this::row).collect(Collectors.joining());
    }

    private String row(List<String> cells) {
        StringBuilder row = new StringBuilder("<tr><th scope=\"row\">" + cells.get(0) + "</th>");
        for (int i = 1; i < cells.size(); i++) {
            row.append("<td").append(numberClass(columns.get(i))).append('>');
            row.append(cells.get(i)).append("</td>");
        }
        return row.append("</tr>").toString();
    }

    private static String numberClass(String column) {
        return column.startsWith("#") ? " class=\"number\"" : "";
    }

    private static String title(String column) {
        return column.startsWith("#") ? column.substring(1) : column;
    }
}
