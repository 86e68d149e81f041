/** Tests of await-style code. */
@NullMarked
package dev.weft.test;

import org.jspecify.annotations.NullMarked;
