/** Orders on Kafka in await style: consumers of one group, which commit only what was processed. */
@NullMarked
package dev.weft.examples.kafka;

import org.jspecify.annotations.NullMarked;
