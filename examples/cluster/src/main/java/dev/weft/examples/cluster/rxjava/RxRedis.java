package dev.weft.examples.cluster.rxjava;

import static dev.weft.Async.await;
import static dev.weft.Async.owned;
import static dev.weft.rxjava.RxAsync.await;

import dev.weft.examples.cluster.queue.Redis;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RPermitExpirableSemaphoreRx;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.api.RedissonRxClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;

/** Redis by Redisson's client for RxJava: a {@code Single}, {@code Maybe} or {@code Completable} for each call. */
public record RxRedis(RedissonClient redisson, RedissonRxClient client) implements Redis {
    /** {@return a client that has connected to a server} It sets RxJava's hook for errors that nobody receives. */
    public static RxRedis open(String address) {
        RxJavaPlugins.setErrorHandler(RxRedis::undelivered);
        RedissonClient redisson = Redisson.create(Redis.config(address));
        return new RxRedis(redisson, redisson.rxJava());
    }

    @Override
    public void createGroup(String stream, String group) {
        await(client.getStream(stream)
                .createGroup(StreamCreateGroupArgs.name(group)
                        .id(StreamMessageId.ALL)
                        .makeStream()));
    }

    @Override
    public void add(String stream, Map<String, String> fields) {
        await(client.<String, String>getStream(stream).add(StreamAddArgs.entries(fields)));
    }

    /**
     * By a future: the client for RxJava leaves out an answer that is empty with {@code filter}, which requests another
     * value, and for each request it sends the command again. What the second read takes goes to nobody.
     */
    @Override
    public Optional<Message> read(String stream, String group, String consumer, Duration wait) {
        var next = StreamReadGroupArgs.neverDelivered().count(1).timeout(wait);
        Map<StreamMessageId, Map<String, String>> read =
                await(owned(redisson.<String, String>getStream(stream).readGroupAsync(group, consumer, next)));
        return Message.of(read).stream().findFirst();
    }

    @Override
    public Claimed claim(String stream, String group, String consumer, Duration idle, StreamMessageId from) {
        var claimed = await(client.<String, String>getStream(stream)
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
        await(semaphore(name).trySetPermits(permits));
    }

    @Override
    public Optional<String> permit(String name, Duration wait, Duration lease) {
        return Optional.ofNullable(
                await(semaphore(name).tryAcquire(wait.toMillis(), lease.toMillis(), TimeUnit.MILLISECONDS)));
    }

    @Override
    public boolean renewPermit(String name, String permit, Duration lease) {
        return await(semaphore(name).updateLeaseTime(permit, lease.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public boolean releasePermit(String name, String permit) {
        return await(semaphore(name).tryRelease(permit));
    }

    @Override
    public void deletePermits(String name) {
        await(semaphore(name).delete());
    }

    @Override
    public void close() {
        await(redisson.shutdownAsync());
        RxJavaPlugins.setErrorHandler(null);
    }

    /** Redisson passes to the hook that a call has been cancelled, each time that one is. */
    private static void undelivered(Throwable error) {
        if (error instanceof CancellationException) return;
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
    }

    private RPermitExpirableSemaphoreRx semaphore(String name) {
        return client.getPermitExpirableSemaphore(name);
    }
}
