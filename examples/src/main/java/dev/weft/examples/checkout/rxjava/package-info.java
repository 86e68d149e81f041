/** The shop's edges with RxJava: Vert.x and its JDBC client. */
@NullMarked
package dev.weft.examples.checkout.rxjava;

import org.jspecify.annotations.NullMarked;
