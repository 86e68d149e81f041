package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.CellSource;
import dev.weft.spi.Take;
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
        return Publishers.await(source, Take.ONE);
    }

    @Override
    protected Token awaitFirst(Script source) {
        return Publishers.await(source, Take.FIRST);
    }

    @Override
    protected Token awaitLast(Script source) {
        return Publishers.await(source, Take.LAST);
    }

    @Override
    protected Token awaitSingle(Script source) {
        return Publishers.await(source, Take.SINGLE);
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
    private record Single(Flow.Publisher<Token> source) implements Awaitable<Token>, CellSource<Token> {
        @Override
        public AwaitCell<Token> cell() {
            return new FlowCell<>(source, Take.MAYBE, JdkBackend.INSTANCE);
        }

        @Override
        public Token await() {
            return cell().await();
        }
    }
}
