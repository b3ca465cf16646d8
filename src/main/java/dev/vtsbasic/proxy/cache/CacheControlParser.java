package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.syntax.FieldSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Parses a line of Cache-Control (RFC 9111 §5.2) and rejects it when it is malformed. HttpCore's parser accepts any
 * line, so that a malformed directive could hide one that forbids storing.
 */
final class CacheControlParser {
    private static final String DELIMITERS = ",=\" \t";

    private final String line;
    private int at;

    CacheControlParser(String line) {
        this.line = line == null ? "" : line;
    }

    /**
     * A directive of Cache-Control.
     *
     * @param value without its quotes; null when there is none
     */
    record Directive(String name, String value) {}

    /** Returns the directives of the line; empty when it is malformed. */
    Optional<List<Directive>> directives() {
        List<Directive> directives = new ArrayList<>();
        while (skip(", \t")) {
            String name = token();
            String value = null;
            if (is('=')) {
                at++;
                value = is('"') ? quoted() : token();
                if (value == null) {
                    return Optional.empty();
                }
            }
            if (name == null || skip(" \t") && !is(',')) {
                return Optional.empty();
            }
            directives.add(new Directive(name, value));
        }
        return Optional.of(directives);
    }

    private boolean is(char c) {
        return at < line.length() && line.charAt(at) == c;
    }

    /** Skips these characters; returns whether anything is left behind them. */
    private boolean skip(String characters) {
        while (at < line.length() && characters.indexOf(line.charAt(at)) >= 0) {
            at++;
        }
        return at < line.length();
    }

    /** Reads a token; null when there is none. */
    private String token() {
        int start = at;
        while (at < line.length() && DELIMITERS.indexOf(line.charAt(at)) < 0) {
            at++;
        }
        String token = line.substring(start, at);
        return FieldSyntax.isToken(token) ? token : null;
    }

    /** Reads a quoted string; null when it has no closing quote. */
    private String quoted() {
        StringBuilder text = new StringBuilder();
        for (at++; at < line.length() && !is('"'); at++) {
            if (is('\\')) {
                at++;
            }
            if (at < line.length()) {
                text.append(line.charAt(at));
            }
        }
        if (!is('"')) {
            return null;
        }
        at++;
        return text.toString();
    }
}
