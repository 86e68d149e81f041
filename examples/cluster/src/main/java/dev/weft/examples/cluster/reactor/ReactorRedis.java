package dev.weft.examples.cluster.reactor;

import static dev.weft.Async.await;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import dev.weft.examples.cluster.queue.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RPermitExpirableSemaphoreReactive;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.api.RedissonReactiveClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;

/** Redis by Redisson's reactive client: a {@code Mono} for each call. */
public record ReactorRedis(RedissonClient redisson, RedissonReactiveClient client) implements Redis {
    /** {@return a client that has connected to a server} */
    public static ReactorRedis open(String address) {
        RedissonClient redisson = Redisson.create(Redis.config(address));
        return new ReactorRedis(redisson, redisson.reactive());
    }

    @Override
    public void createGroup(String stream, String group) {
        awaitDone(client.getStream(stream)
                .createGroup(StreamCreateGroupArgs.name(group)
                        .id(StreamMessageId.ALL)
                        .makeStream()));
    }

    @Override
    public void add(String stream, Map<String, String> fields) {
        awaitSingle(client.<String, String>getStream(stream).add(StreamAddArgs.entries(fields)));
    }

    @Override
    public Optional<Message> read(String stream, String group, String consumer, Duration wait) {
        var next = StreamReadGroupArgs.neverDelivered().count(1).timeout(wait);
        Map<StreamMessageId, Map<String, String>> read =
                await(client.<String, String>getStream(stream).readGroup(group, consumer, next));
        return read == null ? Optional.empty() : Message.of(read).stream().findFirst();
    }

    @Override
    public Claimed claim(String stream, String group, String consumer, Duration idle, StreamMessageId from) {
        var claimed = awaitSingle(client.<String, String>getStream(stream)
                .autoClaim(group, consumer, idle.toMillis(), TimeUnit.MILLISECONDS, from, 1));
        return new Claimed(Message.of(claimed.getMessages()), claimed.getNextId());
    }

    @Override
    public List<String> script(String script, List<String> keys, List<String> arguments) {
        List<String> answer = await(client.getScript()
                .<List<String>>eval(
                        Mode.READ_WRITE, script, ReturnType.LIST, List.<Object>copyOf(keys), arguments.toArray()));
        return answer == null ? List.of() : answer;
    }

    @Override
    public void permits(String name, int permits) {
        awaitSingle(semaphore(name).trySetPermits(permits));
    }

    @Override
    public Optional<String> permit(String name, Duration wait, Duration lease) {
        return Optional.ofNullable(
                await(semaphore(name).tryAcquire(wait.toMillis(), lease.toMillis(), TimeUnit.MILLISECONDS)));
    }

    @Override
    public boolean renewPermit(String name, String permit, Duration lease) {
        return awaitSingle(semaphore(name).updateLeaseTime(permit, lease.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public boolean releasePermit(String name, String permit) {
        return awaitSingle(semaphore(name).tryRelease(permit));
    }

    @Override
    public void deletePermits(String name) {
        awaitSingle(semaphore(name).delete());
    }

    @Override
    public void close() {
        await(redisson.shutdownAsync());
    }

    private RPermitExpirableSemaphoreReactive semaphore(String name) {
        return client.getPermitExpirableSemaphore(name);
    }
}
