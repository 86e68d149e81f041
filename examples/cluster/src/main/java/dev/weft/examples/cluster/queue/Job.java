package dev.weft.examples.cluster.queue;

import java.util.Map;

/**
 * A parcel that is to be shipped, and paid for from an account.
 *
 * @param number by which the job is known everywhere: the key that makes its effect happen once
 * @param account what it is paid from
 * @param price how much, in cents
 */
public record Job(int number, String account, int price) {
    static Job of(Map<String, String> fields) {
        return new Job(
                Integer.parseInt(field(fields, "job")),
                field(fields, "account"),
                Integer.parseInt(field(fields, "price")));
    }

    Map<String, String> fields() {
        return Map.of("job", String.valueOf(number), "account", account, "price", String.valueOf(price));
    }

    private static String field(Map<String, String> fields, String name) {
        String field = fields.get(name);
        if (field == null) throw new IllegalArgumentException("no " + name + " in " + fields);
        return field;
    }
}
