/** The services of others that the shop calls. */
@NullMarked
package dev.weft.examples.checkout.upstream;

import org.jspecify.annotations.NullMarked;
