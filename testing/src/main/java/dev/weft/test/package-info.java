/**
 * Tests of await-style code in virtual time: {@link dev.weft.test.Tests#runTest}, for JUnit {@link dev.weft.test.WeftTest};
 * sources that a test signals, recorders, and assertions.
 */
@NullMarked
package dev.weft.test;

import org.jspecify.annotations.NullMarked;
