package dev.weft.examples.cluster.queue;

import java.util.List;

/**
 * What the report says of a job.
 *
 * @param job its number
 * @param done whether it was done, or else cancelled
 * @param account whose account
 * @param price what the account has paid: nothing if it was cancelled
 * @param balance what the account had paid in all, right after this
 * @param consumer which worker's, and which of its slots, did it
 * @param deliveries how often it had been delivered by then
 */
public record Entry(int job, boolean done, String account, int price, int balance, String consumer, int deliveries) {
    static Entry of(String line) {
        List<String> parts = List.of(line.split(" "));
        return new Entry(
                Integer.parseInt(parts.get(0)),
                parts.get(1).equals("done"),
                parts.get(2),
                Integer.parseInt(parts.get(3)),
                Integer.parseInt(parts.get(4)),
                parts.get(5),
                Integer.parseInt(parts.get(6)));
    }

    /** {@return whether a worker did it} */
    public boolean isBy(String worker) {
        return consumer.startsWith(worker + ".");
    }
}
