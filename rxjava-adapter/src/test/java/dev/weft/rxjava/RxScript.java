package dev.weft.rxjava;

import dev.weft.testing.sources.Misbehaving;
import dev.weft.testing.sources.Script;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.function.Consumer;

/** A source that follows a program, in each of RxJava's types. */
final class RxScript extends Script implements Sources.Raw<Script.Token> {
    private final boolean valued;

    /** A source of many. */
    RxScript(Misbehaving source) {
        this(source.program(), true);
    }

    /** A source of one. */
    static RxScript ofOne(Consumer<RxScript> program, boolean valued) {
        return new RxScript(script -> program.accept((RxScript) script), valued);
    }

    private RxScript(Consumer<Script> program, boolean valued) {
        super(program, Schedulers.computation()::scheduleDirect, RxUpstream::new);
        this.valued = valued;
    }

    /** The only signal of a source of one; a source that has no values ends where another gives its only one. */
    void succeed() {
        terminated = true;
        if (valued) next();
        else complete();
    }
}
