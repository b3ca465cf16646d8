package dev.vtsbasic.it;

import java.nio.file.Path;

/** TODO */
final class ServerTable {
    static final Path RESULTS = Path.of("target/server-matrix");

    private ServerTable() {}
}
