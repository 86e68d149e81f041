/** Programs that use Weft: each class with a {@code main} method is an example. */
@NullMarked
package dev.weft.examples;

import org.jspecify.annotations.NullMarked;
