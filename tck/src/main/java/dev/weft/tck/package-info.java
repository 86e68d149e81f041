/**
 * The contract that every Weft backend must pass, as JUnit 5 tests to extend.
 *
 * <p>Begin with {@link dev.weft.tck.BackendContract}: an author extends it, supplies a backend and its
 * {@link dev.weft.tck.Sources}, and gets a test of every numbered rule in the documentation of
 * {@link dev.weft.spi.Backend}.
 *
 * <ul>
 *   <li>What an author extends or implements: {@code BackendContract}, {@code Sources}, {@code Later}.
 *   <li>The rules, one class for each chapter of that documentation, in its order: {@code IdentityRules},
 *       {@code AwaitRules}, {@code IterationRules}, {@code CoroutineRules}, {@code StreamRules}, {@code TimerRules},
 *       {@code HookRules}, {@code ThreadRules}, {@code MisbehaviourRules}. {@code BackendContract} has a
 *       {@code @Nested} class for each.
 *   <li>What they are built on: {@code Fixture} has the vocabulary; {@code SubjectTask} is a coroutine watched from
 *       outside, {@code Recorder} a subscriber, {@code Script} a publisher that breaks its protocol, {@code HookLog}
 *       what the hooks received, {@code Patience} how long to wait, {@code Token} and {@code Monitor} a value and a
 *       lock.
 *   <li>What is reported at the end, and with each failure: {@code RuleReport}.
 * </ul>
 *
 * <p>A rule is a test here, a sentence in {@code Backend}'s documentation and a line of the guide to backends; a test
 * compares the numbers. Never reuse a rule's number. Never wait by sleeping, never name a library, and never use
 * {@link dev.weft.tck.programs}, which builds on this package.
 */
@NullMarked
package dev.weft.tck;

import org.jspecify.annotations.NullMarked;
