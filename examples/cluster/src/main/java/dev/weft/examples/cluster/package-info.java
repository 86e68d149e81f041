/** Work that outgrows one machine: worker processes, a server that holds their queue, and what goes wrong with both. */
@NullMarked
package dev.weft.examples.cluster;

import org.jspecify.annotations.NullMarked;
