/**
 * A shop whose checkout needs a database and three services over HTTP, in await style: the same source for every
 * engine. What differs between engines is hidden by {@link dev.weft.examples.checkout.Engine}.
 */
@NullMarked
package dev.weft.examples.checkout;

import org.jspecify.annotations.NullMarked;
