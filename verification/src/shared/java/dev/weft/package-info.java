/**
 * The scenarios that the simulator plays on every backend: a class for each family of races, which a module extends
 * with a {@link dev.weft.World} of its own, and the sources and subscribers that a scenario controls by hand.
 */
package dev.weft;
