package dev.vtsbasic.conformance.http2;

import java.io.IOException;
import java.util.List;

/** Frames that a client may send too often. */
enum Http2Flood {
    PINGS {
        @Override
        void send(Http2Client client) throws IOException {
            client.frame(Http2Frames.PING, 0, 0, new byte[8]);
        }
    },
    SETTINGS_FRAMES {
        @Override
        void send(Http2Client client) throws IOException {
            client.frame(Http2Frames.SETTINGS, 0, 0, new byte[0]);
        }
    },
    SETTINGS_ACKNOWLEDGEMENTS {
        @Override
        void send(Http2Client client) throws IOException {
            client.frame(Http2Frames.SETTINGS, ACK, 0, new byte[0]);
        }
    },
    PING_ACKNOWLEDGEMENTS {
        @Override
        void send(Http2Client client) throws IOException {
            client.frame(Http2Frames.PING, ACK, 0, new byte[8]);
        }
    },
    RESETS {
        @Override
        void send(Http2Client client) throws IOException {
            client.get("/flood").reset();
        }
    },
    SMALL_WINDOW_UPDATES {
        @Override
        void send(Http2Client client) throws IOException {
            client.connection().allow(1);
        }
    },
    EMPTY_CONTINUATIONS {
        @Override
        void send(Http2Client client) throws IOException {
            client.begin();
            client.frame(Http2Frames.CONTINUATION, 0, 1, new byte[0]);
        }
    },
    ENDLESS_HEAD {
        @Override
        void send(Http2Client client) throws IOException {
            client.begin();
            client.frame(Http2Frames.CONTINUATION, 0, 1, Http2Frames.literals(List.of("x-a", "a".repeat(100))));
        }
    };

    private static final int ACK = 1;

    abstract void send(Http2Client client) throws IOException;
}
