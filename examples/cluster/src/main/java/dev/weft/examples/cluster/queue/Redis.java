package dev.weft.examples.cluster.queue;

import dev.weft.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.client.RedisConnectionException;
import org.redisson.client.RedisReconnectedException;
import org.redisson.client.RedisRetryException;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;

/**
 * What the queue needs of Redis, which each client does in its own way. Its methods do the awaiting themselves.
 *
 * <p>A call that is cancelled or fails may have been carried out. After a disconnect, Redisson sends some commands again
 * that were not answered, scripts among them, and fails for others. So all that is called here may happen twice.
 */
public interface Redis extends AutoCloseable {
    /** A message of a stream. */
    record Message(String id, Map<String, String> fields) {
        /** {@return messages as Redisson gives them} */
        public static List<Message> of(Map<StreamMessageId, Map<String, String>> found) {
            return found.entrySet().stream()
                    .map(each -> new Message(each.getKey().toString(), each.getValue()))
                    .toList();
        }
    }

    /** Messages that have been claimed, and where to look for more: {@link #START} if there are none. */
    record Claimed(List<Message> messages, StreamMessageId next) {}

    /** Where a stream begins. */
    StreamMessageId START = new StreamMessageId(0);

    /** For calls that may be made twice: the server may be away for a while, and have carried out what it did not answer. */
    Retry UNTIL_BACK = Retry.attempts(Integer.MAX_VALUE)
            .pause(Duration.ofMillis(100))
            .within(Duration.ofSeconds(30))
            .when(Redis::isAway);

    /** {@return whether a failure says that the server is away, and not that it has answered with an error} */
    static boolean isAway(Throwable failure) {
        return switch (failure) {
            case RedisTimeoutException late -> true;
            case RedisConnectionException unreachable -> true;
            case RedisReconnectedException unanswered -> true;
            case RedisRetryException loading -> true;
            case IOException closed -> true;
            default -> failure.getCause() instanceof IOException;
        };
    }

    /** {@return how both clients are set up} */
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
                .setRetryAttempts(4);
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
