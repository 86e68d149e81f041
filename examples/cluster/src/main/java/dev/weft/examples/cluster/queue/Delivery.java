package dev.weft.examples.cluster.queue;

/** A job that a worker has in hand. It may be delivered again, to this worker or another, if its lease is over. */
public record Delivery(String message, Job job, String worker) {}
