package dev.weft.examples.cluster.queue;

/** A job that a consumer has in hand. It may be delivered again, to any consumer, when its lease is over. */
public record Delivery(String message, Job job, String consumer) {}
