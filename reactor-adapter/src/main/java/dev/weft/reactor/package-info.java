/**
 * Weft on Project Reactor: {@link dev.weft.reactor.ReactorAsync} has the verbs for {@code Mono} and {@code Flux}, for static
 * import beside {@link dev.weft.Async}.
 */
@NullMarked
package dev.weft.reactor;

import org.jspecify.annotations.NullMarked;
