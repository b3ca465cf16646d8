package dev.vtsbasic.conformance.http2;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** VTS Basic between a client that speaks HTTP/2 frame by frame and a server scripted byte by byte. */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
@Timeout(300)
@Tag("java")
@Order(1)
class Http2IT {
    @TempDir
    private static Path directory;

    private static Http2Scene scene;

    /** JUnit passes the argument to {@link #start} only if the class has it as a parameter, too. */
    @Parameter
    private boolean tls;

    @BeforeParameterizedClassInvocation
    static void start(boolean tls) throws Exception {
        scene = Http2Scene.start(tls, directory);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        scene.close();
    }

    @Nested
    class Messages extends Http2MessageCases {
        Messages() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class RequestHead extends Http2RequestHeadCases {
        RequestHead() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class MalformedRequests extends Http2MalformedCases {
        MalformedRequests() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class Cancellation extends Http2CancelCases {
        Cancellation() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class FlowControl extends Http2FlowControlCases {
        FlowControl() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class Floods extends Http2FloodCases {
        Floods() {
            super(Http2IT.scene);
        }
    }

    @Nested
    class Shutdown extends Http2ShutdownCases {
        Shutdown() {
            super(Http2IT.scene);
        }
    }
}
