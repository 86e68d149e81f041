/** Weft in Spring Boot, by adding a dependency: what {@link dev.weft.spring.EnableWeft} does, early enough for test slices. */
@NullMarked
package dev.weft.spring.boot;

import org.jspecify.annotations.NullMarked;
