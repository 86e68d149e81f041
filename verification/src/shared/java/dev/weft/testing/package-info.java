/**
 * What the tests of every module use: waiting for other threads, backends controlled by hand, bytes allocated; and the
 * runner of planted faults.
 */
package dev.weft.testing;
