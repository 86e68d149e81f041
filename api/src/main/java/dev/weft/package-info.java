/**
 * Await-style code on virtual threads, for programs that are built on a reactive library, and for those that are not.
 *
 * <p>{@link dev.weft.Async} has the verbs and is meant for {@code import static}. A {@link dev.weft.Coroutine} is cold, a
 * {@link dev.weft.Deferred} is started, and either is {@link dev.weft.Awaitable}. What is started inside a coroutine belongs to
 * it and never outlives it.
 *
 * <h2>Cancellation</h2>
 *
 * Cancelling is a sticky state of a scope: every suspension point inside it throws {@link dev.weft.CancelledException} from then
 * on, at its entry and before it has any effect. A value that won against the cancellation is returned; one that lost goes to a
 * discard hook. Code that blocks elsewhere is interrupted, once. Clean-up that has to await runs in
 * {@link dev.weft.Async#shielded shielded}.
 *
 * <h2>Errors</h2>
 *
 * Unchecked exceptions and errors come out of an await as the same instance; checked ones inside
 * {@link dev.weft.AwaitException}, or as themselves where {@link dev.weft.Async#throwing} names their class.
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
