package dev.weft.rxjava;

import dev.weft.testing.sources.Upstream;
import io.reactivex.rxjava3.disposables.Disposable;

/** What a source hands over, for all of RxJava's protocols. */
final class RxUpstream extends Upstream implements Disposable {
    @Override
    public void dispose() {
        cancel();
    }

    @Override
    public boolean isDisposed() {
        return cancels.get() > 0;
    }
}
