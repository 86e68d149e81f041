/**
 * The contract that every Weft backend must pass, as JUnit 5 tests to extend.
 *
 * <p>{@link dev.weft.tck.BackendContract} is the contract: numbered rules, one test each. {@link dev.weft.tck.Sources} is what a
 * backend's author supplies for it, made with his library's own means. The rules themselves stand in the documentation of
 * {@link dev.weft.spi.Backend}.
 */
@NullMarked
package dev.weft.tck;

import org.jspecify.annotations.NullMarked;
