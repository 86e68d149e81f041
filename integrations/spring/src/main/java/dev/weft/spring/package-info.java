/**
 * Weft in Spring: {@link dev.weft.spring.ReactiveTypes} makes its types known, {@link dev.weft.spring.EnableWeft} adds the
 * rest to an application context.
 */
@NullMarked
package dev.weft.spring;

import org.jspecify.annotations.NullMarked;
