/** The edge of the queue with Reactor: Redisson's reactive client. */
@NullMarked
package dev.weft.examples.cluster.reactor;

import org.jspecify.annotations.NullMarked;
