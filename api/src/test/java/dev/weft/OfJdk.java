package dev.weft;

import dev.weft.spi.AwaitMode;
import dev.weft.testing.StreamRecorder;
import dev.weft.testing.sources.FlowSubscriber;
import dev.weft.testing.streams.Awaiting;
import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.Library;
import java.util.concurrent.Flow;

/** A kit's test of what is the JDK's. */
interface OfJdk extends Library {
    @Override
    default HookLog hooks() {
        return new HookLog();
    }

    @Override
    default <T> StreamRecorder<T> recorder() {
        return new StreamRecorder<>();
    }

    @Override
    default void take(Way way, Awaiting coroutine) throws InterruptedException {
        Flow.Publisher<Long> source = subscriber -> coroutine.subscribed(new FlowSubscriber<>(subscriber));
        switch (way) {
            case FIRST -> coroutine.taken(Publishers.await(source, AwaitMode.FIRST));
            case LAST -> coroutine.taken(Publishers.await(source, AwaitMode.LAST));
            case SINGLE -> coroutine.taken(Publishers.await(source, AwaitMode.SINGLE));
            case EACH_1 -> coroutine.loop(Publishers.each(source, 1));
            case EACH_32 -> coroutine.loop(Publishers.each(source, 32));
        }
    }
}
