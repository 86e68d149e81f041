package dev.weft.benchmarks;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.ChannelDone;

/** What the columns of Jox do: one thread sends numbers to a channel, another receives them. */
final class JoxChannel {
    private JoxChannel() {}

    static void send(int count, Channel<Integer> channel) {
        try {
            for (int i = 0; i < count; i++) channel.send(i);
            channel.done();
        } catch (Throwable failure) {
            channel.error(failure);
        }
    }

    static int sum(Channel<Integer> channel) throws InterruptedException {
        for (int sum = 0; ; ) {
            Object received = channel.receiveOrClosed();
            if (received instanceof ChannelDone) return sum;
            if (!(received instanceof Integer value)) throw new IllegalStateException("received " + received);
            sum += value;
        }
    }
}
