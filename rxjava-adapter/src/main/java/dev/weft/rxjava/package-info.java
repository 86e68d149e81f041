/** Async/await over RxJava 3: waits for its types, and turns coroutines into them. */
@NullMarked
package dev.weft.rxjava;

import org.jspecify.annotations.NullMarked;
