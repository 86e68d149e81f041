/**
 * Neutral programs, which must leave the same trace on every backend.
 *
 * <p>Begin with {@link dev.weft.tck.programs.EquivalenceContract}: an author extends it, and each program is a test. Then read one
 * class of programs beside the trace that it leaves, in {@code traces.txt} of this package.
 *
 * <ul>
 *   <li>What an author extends: {@code EquivalenceContract}, with the same {@link dev.weft.tck.Sources} as for the
 *       rules.
 *   <li>The programs, each a method: {@code AwaitPrograms}, {@code CallbackPrograms}, {@code CoroutinePrograms},
 *       {@code GroupPrograms}, {@code TimePrograms}, {@code IterationPrograms}, {@code ExportPrograms},
 *       {@code StreamPrograms}, {@code OperatorPrograms}, {@code EndPrograms}, {@code EmitPrograms}, {@code WholePrograms}. {@code Programs} has
 *       the vocabulary they are written in.
 *   <li>What runs them: {@code Program} is one program, {@code Stage} where it runs, {@code Trace} what it leaves,
 *       {@code Traces} the file; {@code TracedSubscriber} and {@code Refused} are subscribers outside any coroutine.
 * </ul>
 *
 * <p>Neutral behaviour is tested here once, instead of once for each backend. To get the trace of a new program, run
 * it: the failure prints the trace. Never change a trace for the sake of one backend, never name a library, and never
 * note what depends on timing.
 */
@NullMarked
package dev.weft.tck.programs;

import org.jspecify.annotations.NullMarked;
