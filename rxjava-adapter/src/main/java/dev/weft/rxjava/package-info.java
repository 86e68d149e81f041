/**
 * Weft on RxJava 3: {@link dev.weft.rxjava.RxAsync} has the verbs for {@code Single}, {@code Maybe}, {@code Completable},
 * {@code Flowable} and {@code Observable}, for static import beside {@link dev.weft.Async}.
 */
@NullMarked
package dev.weft.rxjava;

import org.jspecify.annotations.NullMarked;
