package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Detachable;
import dev.weft.testing.sources.MisbehavingSources;
import dev.weft.testing.sources.Script;
import dev.weft.testing.sources.Script.Token;
import java.util.concurrent.Flow;

/** Section 3, for publishers of the JDK. */
class MisbehavingSourcesTest extends MisbehavingSources {
    MisbehavingSourcesTest() {
        super(JdkBackend.INSTANCE, task -> JdkBackend.INSTANCE.timer().schedule(1, task));
    }

    @Override
    protected HookLog hooks() {
        return new HookLog();
    }

    @Override
    protected Token awaitOne(Script source) {
        return Publishers.await(source, AwaitMode.ONE);
    }

    @Override
    protected Token awaitFirst(Script source) {
        return Publishers.await(source, AwaitMode.FIRST);
    }

    @Override
    protected Token awaitLast(Script source) {
        return Publishers.await(source, AwaitMode.LAST);
    }

    @Override
    protected Token awaitSingle(Script source) {
        return Publishers.await(source, AwaitMode.SINGLE);
    }

    @Override
    protected Awaitable<Token> awaitable(Script source) {
        return new Single(source);
    }

    @Override
    protected AsyncIterator<Token> each(Script source, int prefetch) {
        return Publishers.each(source, prefetch);
    }

    /** A publisher that promises one value at most. */
    private record Single(Flow.Publisher<Token> source) implements Awaitable<Token>, Detachable<Token> {
        @Override
        public AwaitCell<Token> cell() {
            return new FlowAwait<>(source, AwaitMode.MAYBE, JdkBackend.INSTANCE);
        }

        @Override
        public Token await() {
            return cell().await();
        }
    }
}
