package dev.weft.reactor;

import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.testing.sources.MisbehavingSources;
import dev.weft.testing.sources.Script;
import dev.weft.testing.sources.Script.Token;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Section 3, for Mono and Flux. */
class MisbehavingSourcesTest extends MisbehavingSources {
    MisbehavingSourcesTest() {
        super(ReactorBackend.INSTANCE, Schedulers.parallel()::schedule);
    }

    @Override
    protected HookLog hooks() {
        return new HookLog();
    }

    @Override
    protected Token awaitOne(Script source) {
        return ReactorAsync.awaitSingle(Mono.fromDirect(source));
    }

    @Override
    protected Token awaitFirst(Script source) {
        return ReactorAsync.awaitFirst(source);
    }

    @Override
    protected Token awaitLast(Script source) {
        return ReactorAsync.awaitLast(source);
    }

    @Override
    protected Token awaitSingle(Script source) {
        return ReactorAsync.awaitSingle(Flux.from(source));
    }

    @Override
    protected Awaitable<Token> awaitable(Script source) {
        return ReactorAsync.awaitable(Mono.fromDirect(source));
    }

    @Override
    protected AsyncIterator<Token> each(Script source, int prefetch) {
        return ReactorAsync.each(Flux.from(source), prefetch);
    }
}
