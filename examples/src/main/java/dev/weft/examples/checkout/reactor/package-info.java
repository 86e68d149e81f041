/**
 * The shop's edges with Reactor: Reactor Netty and R2DBC; for comparison, also its checkout with Reactor's operators
 * alone.
 */
@NullMarked
package dev.weft.examples.checkout.reactor;

import org.jspecify.annotations.NullMarked;
