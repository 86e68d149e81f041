/**
 * Sources that a test operates by hand ({@link dev.weft.testing.sources.Probe}), or that follow a program and break the
 * protocol ({@link dev.weft.testing.sources.Script}, {@link dev.weft.testing.sources.Misbehaving}), and the test of
 * every such source against every consumer ({@link dev.weft.testing.sources.MisbehavingSources}).
 */
package dev.weft.testing.sources;
