package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class TcpConnectionsTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aConnectionIsOpenUntilTheClientClosesIt(String loopback) throws Exception {
        InetAddress address = InetAddress.getByName(loopback);
        try (ServerSocket listener = new ServerSocket(0, 1, address)) {
            Socket client = new Socket(address, listener.getLocalPort());
            Socket accepted = listener.accept();
            assertEquals(TcpConnections.State.OPEN, stateOf(accepted));
            client.close();
            // What the server sent has been read, so this is no reset.
            assertEquals(-1, accepted.getInputStream().read());
            assertEquals(TcpConnections.State.CLOSED, stateOf(accepted));
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
            assertEquals(TcpConnections.State.ABSENT, stateOf(accepted));
        }
    }

    @Test
    void aConnectionIsUnreadFromWhenOctetsHaveComeUntilTheyAreRead() throws Exception {
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

    private static boolean isUnread(Socket accepted) {
        return new TcpConnections()
                .lookForInput(
                        accepted.getLocalAddress().getHostAddress(),
                        accepted.getLocalPort(),
                        accepted.getInetAddress().getHostAddress(),
                        accepted.getPort())
                .unread();
    }

    @Test
    void whatIsNoAddressIsAbsent() {
        assertEquals(
                TcpConnections.State.ABSENT,
                new TcpConnections().look("example.org", 80, null, 0).state());
    }

    private static TcpConnections.State stateOf(Socket accepted) throws IOException {
        return new TcpConnections()
                .look(
                        accepted.getLocalAddress().getHostAddress(),
                        accepted.getLocalPort(),
                        accepted.getInetAddress().getHostAddress(),
                        accepted.getPort())
                .state();
    }
}
