package dev.weft.examples.kafka;

import dev.weft.Awaitable;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The bank's service for booking orders, as a client of a library calls it. */
interface Ledger {
    /** {@return a call that books an order, and gives whether it was new} */
    Awaitable<Boolean> book(ConsumerRecord<String, String> order);
}
