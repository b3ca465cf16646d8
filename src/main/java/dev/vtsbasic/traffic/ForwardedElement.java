package dev.vtsbasic.traffic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The description that one proxy gives of a request that it received (RFC 7239 §4), unchecked. A text is empty when the
 * proxy does not give it.
 *
 * @param node the client of that proxy: an address with or without a port, {@code unknown}, or {@code _obfuscated}
 * @param proto the scheme
 * @param host {@code host[:port]}
 * @param port the port; empty for Forwarded, which has it in the host
 */
record ForwardedElement(String node, String proto, String host, String port) {
    static final ForwardedElement NOTHING = new ForwardedElement("", "", "", "");

    private static final String PORT = "(?::(?:[0-9]+|_[A-Za-z0-9._-]+))?";
    private static final Pattern NODE = Pattern.compile("\\[([^\\]]*)]" + PORT + "|([0-9.]+)" + PORT);

    /** The node without its brackets and its port. */
    String nodeName() {
        Matcher parts = NODE.matcher(node);
        if (!parts.matches()) {
            return node;
        }
        return parts.group(1) == null ? parts.group(2) : parts.group(1);
    }

    /** Parses one line of Forwarded; returns empty when the line is malformed. */
    static Optional<List<ForwardedElement>> parse(String line) {
        return new Parser(line).elements();
    }

    /** Parses by hand, because the stack that a regular expression needs grows with a client's quoted string. */
    private static final class Parser {
        /** The marks of tokens, and those of addresses and ports, which proxies write without the required quotes. */
        private static final String UNQUOTED_MARKS = "!#$%&'*+-.^_`|~:[]";

        private final String line;
        private int at;

        Parser(String line) {
            this.line = line;
        }

        Optional<List<ForwardedElement>> elements() {
            List<ForwardedElement> elements = new ArrayList<>();
            while (true) {
                Map<String, String> pairs = new HashMap<>();
                do {
                    if (!readPair(pairs)) {
                        return Optional.empty();
                    }
                } while (skip(';'));
                if (!pairs.isEmpty()) {
                    elements.add(new ForwardedElement(
                            pairs.getOrDefault("for", ""),
                            pairs.getOrDefault("proto", ""),
                            pairs.getOrDefault("host", ""),
                            ""));
                }
                if (!skip(',')) {
                    return at == line.length() ? Optional.of(elements) : Optional.empty();
                }
            }
        }

        /** Reads one pair or none, with the spaces around it; returns false when it is malformed. */
        private boolean readPair(Map<String, String> pairs) {
            skipSpaces();
            String name = readUnquoted().toLowerCase(Locale.ROOT);
            if (name.isEmpty()) {
                return true;
            }
            if (!skip('=')) {
                return false;
            }
            String value = at < line.length() && line.charAt(at) == '"' ? readQuoted() : readUnquoted();
            skipSpaces();
            // RFC 7239 §4 allows each parameter once per element.
            return value != null && pairs.put(name, value) == null;
        }

        private String readUnquoted() {
            int start = at;
            while (at < line.length() && isUnquoted(line.charAt(at))) {
                at++;
            }
            return line.substring(start, at);
        }

        private static boolean isUnquoted(char c) {
            return c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || UNQUOTED_MARKS.indexOf(c) >= 0;
        }

        /** Returns null when the string has no end. */
        private String readQuoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < line.length(); at++) {
                char c = line.charAt(at);
                if (c == '"') {
                    at++;
                    return value.toString();
                }
                if (c == '\\' && ++at == line.length()) {
                    return null;
                }
                value.append(line.charAt(at));
            }
            return null;
        }

        private boolean skip(char c) {
            boolean there = at < line.length() && line.charAt(at) == c;
            if (there) {
                at++;
            }
            return there;
        }

        private void skipSpaces() {
            while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
                at++;
            }
        }
    }
}
