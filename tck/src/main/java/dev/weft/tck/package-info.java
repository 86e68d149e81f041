/** The contract that every Weft backend must pass, as JUnit 5 tests to extend. */
@NullMarked
package dev.weft.tck;

import org.jspecify.annotations.NullMarked;
