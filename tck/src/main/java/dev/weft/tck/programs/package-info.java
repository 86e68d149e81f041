/**
 * Neutral programs, which must leave the same trace on every backend.
 *
 * <p>Begin with {@link dev.weft.tck.programs.EquivalenceContract}: an author extends it, and each program is a test. Then read one
 * class of programs beside the trace that it leaves, in {@code traces.txt} of this package.
 *
 * <ul>
 *   <li>What an author extends: {@code EquivalenceContract}, with the {@link dev.weft.tck.Sources} that the rules take as well.
 *   <li>The programs, each a method: {@code AwaitPrograms}, {@code CallbackPrograms}, {@code CoroutinePrograms},
 *       {@code GroupPrograms}, {@code TimePrograms}, {@code IterationPrograms}, {@code ExportPrograms}, {@code StreamPrograms},
 *       {@code EmitPrograms}, {@code WholePrograms}. {@code Programs} has the words that they are written in.
 *   <li>What runs them: {@code Program} is one of them, {@code Stage} where it takes place, {@code Trace} what it leaves,
 *       {@code Traces} the file; {@code TracedSubscriber} and {@code Refused} are subscribers outside any coroutine.
 * </ul>
 *
 * <p>Neutral behaviour is tested here once, instead of once for each backend. A new program gets its trace by running: the failure
 * prints it. Never change a trace for the sake of one backend, never name a library, and never note what depends on timing.
 */
@NullMarked
package dev.weft.tck.programs;

import org.jspecify.annotations.NullMarked;
