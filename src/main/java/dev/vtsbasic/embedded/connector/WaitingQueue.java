package dev.vtsbasic.embedded.connector;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * The connections that wait for room on the heap, in the order in which they arrived.
 *
 * @param limit the bytes that all connections and requests may take together when one of these continues
 */
record WaitingQueue(long limit, Queue<Waiting> queue) {
    /** @param deadline the {@link System#nanoTime} at which the connection is refused */
    record Waiting(SocketWrapperBase<NioChannel> socket, SocketEvent event, long deadline) {}

    WaitingQueue(long limit) {
        this(limit, new ConcurrentLinkedQueue<>());
    }
}
