/** A shop on Spring Boot in await style: web, security, SQL, transactions, a cache, a schedule and meters. */
@NullMarked
package dev.weft.examples.shop;

import org.jspecify.annotations.NullMarked;
