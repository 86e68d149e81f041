/**
 * Every schedule of await-style code, by seed: {@link dev.weft.test.simulation.Simulated} runs a JUnit test under many,
 * {@link dev.weft.test.simulation.Exploration} any code.
 */
@NullMarked
package dev.weft.test.simulation;

import org.jspecify.annotations.NullMarked;
