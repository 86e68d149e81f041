/**
 * Weft on RxJava 4, which needs JDK 26. Experimental, as RxJava 4 itself: both may change without notice.
 *
 * <p>{@link dev.weft.rxjava4.RxAsync} has the verbs for {@code Single}, {@code Maybe}, {@code Completable},
 * {@code Flowable} and {@code Observable}, as {@code weft-rxjava3} has them for RxJava 3;
 * {@link dev.weft.rxjava4.Streamables} has those for {@code Streamable}. Both are for static import beside
 * {@link dev.weft.Async}.
 */
@NullMarked
package dev.weft.rxjava4;

import org.jspecify.annotations.NullMarked;
