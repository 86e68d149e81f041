/** A shop whose checkout needs a database and three services over HTTP: written in await style, and once with operators. */
@NullMarked
package dev.weft.examples.checkout;

import org.jspecify.annotations.NullMarked;
