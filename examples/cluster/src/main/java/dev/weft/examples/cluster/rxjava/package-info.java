/** The edge of the queue with RxJava: Redisson's client for RxJava 3. */
@NullMarked
package dev.weft.examples.cluster.rxjava;

import org.jspecify.annotations.NullMarked;
