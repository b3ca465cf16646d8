package dev.vtsbasic.embedded.http2;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.coyote.ActionHook;
import org.apache.coyote.OutputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http2.Http2AsyncUpgradeHandler;
import org.apache.coyote.http2.Http2OutputBuffer;

/**
 * The number of bytes of a response that the client's flow-control windows of the stream and of the connection allow.
 * Tomcat has no API for this, so the class reads Tomcat's internals.
 */
final class Http2Window {
    private static final MethodHandle HOOK = field(Request.class, "hook", ActionHook.class);
    private static final MethodHandle OUTPUT = field(Response.class, "outputBuffer", OutputBuffer.class);
    private static final MethodHandle STREAM;
    private static final MethodHandle WINDOW;
    private static final MethodHandle CAN_WRITE;

    static {
        try {
            ClassLoader tomcat = Http2AsyncUpgradeHandler.class.getClassLoader();
            String room = Http2AsyncUpgradeHandler.class.getPackageName();
            Class<?> stream = Class.forName(room + ".Stream", true, tomcat);
            STREAM = field(Class.forName(room + ".StreamProcessor", true, tomcat), "stream", stream);
            WINDOW = method(Class.forName(room + ".AbstractStream", true, tomcat), "getWindowSize", long.class);
            CAN_WRITE = method(stream, "canWrite", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This Tomcat is not the one that this was built with", e);
        }
    }

    private final Http2AsyncUpgradeHandler connection;
    private final Object stream;

    private Http2Window(Http2AsyncUpgradeHandler connection, Object stream) {
        this.connection = connection;
        this.stream = stream;
    }

    static Http2Window of(Http2AsyncUpgradeHandler connection, Request request) {
        try {
            return new Http2Window(connection, (Object) STREAM.invoke((Object) HOOK.invoke(request)));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The buffer to which filters of an HTTP/2 response are added. */
    static Http2OutputBuffer outputOf(Response response) {
        try {
            return (Http2OutputBuffer) (OutputBuffer) OUTPUT.invoke(response);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The smaller of both windows, in bytes; may be negative. */
    long free() {
        try {
            return Math.min((long) WINDOW.invoke(stream), (long) WINDOW.invoke((Object) connection));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether Tomcat can send nothing more on the stream. */
    boolean isClosed() {
        try {
            return !(boolean) CAN_WRITE.invoke(stream);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle field(Class<?> owner, String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                    .findGetter(owner, name, type)
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This Tomcat is not the one that this was built with", e);
        }
    }

    private static MethodHandle method(Class<?> owner, String name, Class<?> type) throws ReflectiveOperationException {
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                .findVirtual(owner, name, MethodType.methodType(type))
                .asType(MethodType.methodType(type, Object.class));
    }
}
