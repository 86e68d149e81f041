/** A queue of jobs in Redis and the worker that takes from it, in await style: the same source for every client. */
@NullMarked
package dev.weft.examples.cluster.queue;

import org.jspecify.annotations.NullMarked;
