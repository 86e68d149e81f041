/** The external services that the shop calls. */
@NullMarked
package dev.weft.examples.checkout.upstream;

import org.jspecify.annotations.NullMarked;
