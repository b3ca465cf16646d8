package dev.vtsbasic.proxy.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class ProcNetTcpTest {
    private static final String NAME = ProcNetTcp.nameOf("127.0.0.1", 0x1F90, "127.0.0.1", 0xD431);
    private static final String OPEN = "   0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000";
    private static final String CLOSING = "   0: 0100007F:1F90 0100007F:D431 06 00000000:00000000 03:00000000 00000000";

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aConnectionIsOpenUntilTheClientClosesIt(String loopback) throws Exception {
        InetAddress address = InetAddress.getByName(loopback);
        try (ServerSocket listener = new ServerSocket(0, 1, address)) {
            Socket client = new Socket(address, listener.getLocalPort());
            Socket accepted = listener.accept();
            assertEquals(ProcNetTcp.State.OPEN, stateOf(accepted));
            client.close();
            // The client has read all bytes, so its close is no reset.
            assertEquals(-1, accepted.getInputStream().read());
            assertEquals(ProcNetTcp.State.CLOSED, stateOf(accepted));
        }
    }

    @Test
    void aConnectionThatTheClientResetsIsAbsent() throws Exception {
        InetAddress address = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, address)) {
            Socket client = new Socket(address, listener.getLocalPort());
            Socket accepted = listener.accept();
            client.setSoLinger(true, 0);
            client.close();
            assertEquals(ProcNetTcp.State.ABSENT, stateOf(accepted));
        }
    }

    @Test
    void aConnectionIsUnreadFromTheArrivalOfOctetsUntilTheyAreRead() throws Exception {
        InetAddress address = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, address);
                Socket client = new Socket(address, listener.getLocalPort());
                Socket accepted = listener.accept()) {
            assertFalse(isUnread(accepted));
            client.getOutputStream().write('a');
            assertTrue(isUnread(accepted));
            assertEquals('a', accepted.getInputStream().read());
            assertFalse(isUnread(accepted));
        }
    }

    @Test
    void aReadingFromBeforeTheConnectionIsNotUsed() {
        AtomicLong now = new AtomicLong(1);
        List<String> lines = new ArrayList<>(List.of(CLOSING));
        ProcNetTcp connections = new ProcNetTcp(() -> List.copyOf(lines), now::get);
        assertEquals(ProcNetTcp.State.CLOSED, connections.look(NAME, 0).state());
        long since = now.incrementAndGet();
        assertEquals(ProcNetTcp.State.UNKNOWN, connections.look(NAME, since).state());
        lines.set(0, OPEN);
        now.addAndGet(1_000_000_000);
        assertEquals(ProcNetTcp.State.OPEN, connections.look(NAME, since).state());
    }

    @Test
    void theStateIsUnknownWhenTheTableCannotBeRead() {
        AtomicLong now = new AtomicLong(1);
        AtomicBoolean broken = new AtomicBoolean();
        ProcNetTcp connections = new ProcNetTcp(
                () -> {
                    if (broken.get()) {
                        throw new IOException("no more files");
                    }
                    return List.of(OPEN);
                },
                now::get);
        assertEquals(ProcNetTcp.State.OPEN, connections.look(NAME, 0).state());
        broken.set(true);
        now.addAndGet(1_000_000_000);
        assertEquals(ProcNetTcp.State.OPEN, connections.look(NAME, 0).state());
        assertEquals(ProcNetTcp.State.UNKNOWN, connections.look(NAME, now.get()).state());
    }

    private static boolean isUnread(Socket accepted) {
        return new ProcNetTcp().lookForInput(nameOf(accepted), 0).unread();
    }

    @Test
    void aNameWithoutIpAddressIsAbsent() {
        assertEquals(
                ProcNetTcp.State.ABSENT,
                new ProcNetTcp()
                        .look(ProcNetTcp.nameOf("example.org", 80, null, 0), 0)
                        .state());
    }

    private static ProcNetTcp.State stateOf(Socket accepted) {
        return new ProcNetTcp().look(nameOf(accepted), 0).state();
    }

    private static String nameOf(Socket accepted) {
        return ProcNetTcp.nameOf(
                accepted.getLocalAddress().getHostAddress(),
                accepted.getLocalPort(),
                accepted.getInetAddress().getHostAddress(),
                accepted.getPort());
    }
}
