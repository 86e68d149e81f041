package dev.weft.examples.cluster.queue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;

/**
 * What the queue needs of Redis, which each client does in its own way. Its methods do the awaiting themselves.
 *
 * <p>A call that is cancelled may have been carried out. After a disconnect, Redisson sends a command again that was not
 * answered, so a script may run twice; only {@link #read} is sent once.
 */
public interface Redis extends AutoCloseable {
    /** A message of a stream. */
    record Message(String id, Map<String, String> fields) {}

    /** Messages that have been claimed, and where to look for more: {@link #START} if there are none. */
    record Claimed(List<Message> messages, StreamMessageId next) {}

    /** Where a stream begins. */
    StreamMessageId START = new StreamMessageId(0);

    /** {@return how both clients are set up: they keep trying for some 10 s when the server is away} */
    static Config config(String address) {
        Config config =
                new Config().setCodec(StringCodec.INSTANCE).setThreads(2).setNettyThreads(2);
        config.useSingleServer()
                .setAddress(address)
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(16)
                .setTimeout(2000)
                .setReconnectionDelay(new ConstantDelay(Duration.ofMillis(100)))
                .setRetryDelay(new ConstantDelay(Duration.ofMillis(250)))
                .setRetryAttempts(40);
        return config;
    }

    /** Creates a stream with a group of consumers. */
    void createGroup(String stream, String group);

    /** Appends a message. */
    void add(String stream, Map<String, String> fields);

    /**
     * {@return the next message that nobody in the group has had, if one comes in time} If it is cancelled while a
     * message arrives, that message is not lost: it is pending in the group, under this consumer, until it is claimed.
     */
    Optional<Message> read(String stream, String group, String consumer, Duration wait);

    /** {@return messages that the consumer has taken over, because they have been pending for so long} */
    Claimed claim(String stream, String group, String consumer, Duration idle, StreamMessageId from);

    /** {@return the answer of a script, which Redis runs as one step} */
    List<String> script(String script, List<String> keys, List<String> arguments);

    /** Says how many permits there are, unless that has been said before. */
    void permits(String name, int permits);

    /**
     * {@return a permit, if there is one in time} It lasts for the lease. Do not cancel it: the permit might then be
     * held by nobody until its lease is over.
     */
    Optional<String> permit(String name, Duration wait, Duration lease);

    /** Makes a permit last for the lease from now on. {@return whether it was still there} */
    boolean renewPermit(String name, String permit, Duration lease);

    /** Gives a permit back. {@return whether it was still there} */
    boolean releasePermit(String name, String permit);

    /** Deletes permits and what belongs to them. */
    void deletePermits(String name);

    /** Closes all connections. */
    @Override
    void close();
}
